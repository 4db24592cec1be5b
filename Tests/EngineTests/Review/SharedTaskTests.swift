import BureauDomain
import BureauSandbox
import Testing

@testable import BureauEngine

@Suite("Several runs that wait on one task")
struct SharedTaskTests {
    private func at(_ kind: WorkToolKind, _ body: (TaskDesk) async throws -> Void) async throws {
        try await withStandIns { try await body(try await TaskDesk(kind, $0)) }
    }

    private static let orders = WorkToolKind.allCases.flatMap { kind in [true, false].map { (kind, $0) } }

    @Test(
        "A judgement belongs to the results, a value to who asked for it, whoever came to wait last", arguments: orders)
    func apart(kind: WorkToolKind, isReviewFirst: Bool) async throws {
        try await at(kind) { desk in
            var waiting = isReviewFirst ? nil : try await desk.waiting(for: ["website_hint"])
            desk.bench.clock.advance(milliseconds: 1_000)
            let reviewed = try await desk.inReview()
            desk.bench.clock.advance(milliseconds: 1_000)
            if waiting == nil { waiting = try await desk.waiting(for: ["website_hint"]) }
            let waits = try #require(waiting)
            try await desk.comment("website_hint: main office")
            #expect(try await desk.look(reviewed.id).state == .inReview)
            #expect(try await desk.bench.find(waits.id).state == .queued)
            #expect(try await desk.answers(waits.id) == ["website_hint": "main office"])
            #expect(try await desk.outcomes(reviewed.id).isEmpty)
            try await desk.comment("OK, approved")
            #expect(try await desk.look(reviewed.id).state == .delivering)
            #expect(try await desk.outcomes(waits.id) == [.filledIn])
        }
    }

    @Test("Nothing that only stands there is taken for a value while results wait beside it", arguments: orders)
    func unnamed(kind: WorkToolKind, isReviewFirst: Bool) async throws {
        try await at(kind) { desk in
            let early = isReviewFirst ? nil : try await desk.waiting(for: ["website_hint"])
            let reviewed = try await desk.inReview()
            let late = isReviewFirst ? try await desk.waiting(for: ["website_hint"]) : nil
            let waits = try #require(early ?? late)
            try await desk.comment("Please shorten the summary, it is too long.")
            #expect(try await desk.look(reviewed.id).state == .revising)
            #expect(try await desk.bench.find(waits.id).state == .needsInfo)
            #expect(try await desk.answers(waits.id).isEmpty)
        }
    }

    @Test("A value that several runs have asked for is written once", arguments: WorkToolKind.allCases)
    func shared(kind: WorkToolKind) async throws {
        try await at(kind) { desk in
            let one = try await desk.waiting(for: ["website_hint"], key: "jessie/1")
            let other = try await desk.waiting(for: ["website_hint", "budget"])
            try await desk.comment("website_hint: main office")
            _ = try await desk.look(one.id)
            for run in [one, other] {
                #expect(try await desk.bench.find(run.id).state == .queued)
                #expect(try await desk.answers(run.id) == ["website_hint": "main office"])
            }
        }
    }
}
