import BureauDomain
import Testing

@testable import BureauEngine

@Suite("What people write while results wait for them")
struct ReviewLookTests {
    private func at(_ kind: WorkToolKind, _ body: (TaskDesk) async throws -> Void) async throws {
        try await withStandIns { try await body(try await TaskDesk(kind, $0)) }
    }

    private static let scope = "Can you also run an audit for the other location?"

    @Test(
        "A question about new work waits until somebody answers it, whatever is written before",
        arguments: WorkToolKind.allCases)
    func question(kind: WorkToolKind) async throws {
        try await at(kind) { desk in
            let run = try await desk.inReview()
            try await desk.comment(Self.scope)
            _ = try await desk.look(run.id)
            #expect(try await desk.outcomes(run.id) == [.askedScope])
            try await desk.comment("Hmm. Blue elephants, mostly.", byAnother: true)
            _ = try await desk.look(run.id)
            try await desk.comment("Thanks!", byAnother: true)
            try await desk.comment("Yes please")
            let moved = try await desk.look(run.id)
            #expect(moved.state == .revising && moved.round == 2)
            #expect(try await desk.outcomes(run.id) == [.revised, .asked, .noted, .revised])
        }
    }

    @Test(
        "An acceptance while a question waits publishes nothing; once told, its author may accept again",
        arguments: WorkToolKind.allCases)
    func overruled(kind: WorkToolKind) async throws {
        try await at(kind) { desk in
            let run = try await desk.inReview()
            try await desk.comment(Self.scope, byAnother: true)
            _ = try await desk.look(run.id)
            try await desk.comment("OK, approved")
            #expect(try await desk.look(run.id).state == .inReview)
            #expect(try await desk.outcomes(run.id) == [.askedScope, .overruled])
            #expect(try await desk.said(run.id).contains("again to accept without an answer"))
            try await desk.comment("Approved, please publish")
            #expect(try await desk.look(run.id).state == .delivering)
            #expect(try await desk.outcomes(run.id).last == .accepted)
        }
    }

    @Test(
        "What was written while the same round was delivered again speaks of that round",
        arguments: WorkToolKind.allCases)
    func deliveredAgain(kind: WorkToolKind) async throws {
        try await at(kind) { desk in
            let run = try await desk.inReview()
            try await desk.comment("OK, approved")
            // Later than the comment, which the stand-in dates by the real clock.
            let written = Doors.system.now()
            desk.bench.clock.advance(milliseconds: max(0, written - desk.bench.clock.now) + 60_000)
            for event in [RunMachine.Event.deliverAgain, .reviewOpened(problem: nil)] {
                try await desk.bench.move(run.id, event)
            }
            #expect(try await desk.look(run.id).state == .delivering)
            #expect(try await desk.outcomes(run.id) == [.accepted])
        }
    }

    @Test(
        "A comment of an earlier round that was only noted counts for the round that stands once it is edited",
        arguments: WorkToolKind.allCases)
    func edited(kind: WorkToolKind) async throws {
        try await at(kind) { desk in
            let run = try await desk.inReview()
            let unclear = try await desk.comment("Hmm. Blue elephants, mostly.")
            _ = try await desk.look(run.id)
            try await desk.comment("Please shorten the summary, it is too long.", byAnother: true)
            #expect(try await desk.look(run.id).state == .revising)
            let second = try await desk.nextRound(run.id)
            #expect(second.round == 2 && second.state == .inReview)
            try await desk.edit(unclear, to: "Please fix the typo on page 2.")
            let third = try await desk.look(run.id)
            #expect(third.state == .revising && third.round == 3)
            let asking = try await desk.bench.database.read { try FeedbackStore(db: $0).asking(run: run.id, before: 3) }
            #expect(asking.map(\.text) == ["Please fix the typo on page 2."])
        }
    }

    @Test("An acceptance that was not carried out may still be changed by its author", arguments: WorkToolKind.allCases)
    func acceptanceEdited(kind: WorkToolKind) async throws {
        try await at(kind) { desk in
            let run = try await desk.inReview()
            let comment = try await desk.comment("OK, approved")
            #expect(try await desk.look(run.id).state == .delivering)
            try await desk.bench.database.write { try FeedbackStore(db: $0).reopenAcceptance(run.id) }
            try await desk.bench.move(run.id, .reviewOpened(problem: RunCause(.mergeRefused, "It conflicts.")))
            #expect(try await desk.look(run.id).state == .inReview, "it is not accepted again by itself")
            try await desk.edit(comment, to: "Please shorten the summary, it is too long.")
            #expect(try await desk.look(run.id).state == .revising)
            #expect(try await desk.outcomes(run.id) == [.revised])
        }
    }

    @Test("A question in the same look as a change reaches the agent with it, and both are told")
    func questionBesideChange() async throws {
        try await at(.clickUp) { desk in
            let run = try await desk.inReview()
            try await desk.comment("Why did the score drop since August?")
            try await desk.comment("Please shorten the summary, it is too long.", byAnother: true)
            #expect(try await desk.look(run.id).state == .revising)
            #expect(try await desk.outcomes(run.id) == [.answered, .revised])
            let asking = try await desk.bench.database.read { try FeedbackStore(db: $0).asking(run: run.id, before: 2) }
            let text = RevisionRequest.text(asking, round: 2)
            let (change, question) = (text.range(of: "shorten the summary"), text.range(of: "Why did the score drop"))
            #expect(change != nil && question != nil && text.contains("Answer it in your last message"))
            #expect((change?.lowerBound ?? text.endIndex) < (question?.lowerBound ?? text.startIndex))
        }
    }

    @Test("Answers leave the rounds for changes as they were")
    func rounds() async throws {
        try await at(.clickUp) { desk in
            let run = try await desk.inReview()
            for round in 2...4 {
                try await desk.comment("Why did the score drop since August, number \(round)?")
                let asked = try await desk.look(run.id)
                #expect(asked.round == round && asked.state == .revising)
                _ = try await desk.nextRound(run.id)
            }
            try await desk.comment("Please shorten the summary, it is too long.")
            let changed = try await desk.look(run.id)
            #expect(changed.state == .revising && changed.round == 5, "max_rounds is 3, and one was worked")
        }
    }
}
