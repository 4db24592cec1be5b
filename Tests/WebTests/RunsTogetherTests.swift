import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("The same for several runs")
struct RunsTogetherTests {
    private static func run(_ number: Int) -> String { "01KARVN000000000000000000\(number)" }
    private static func query(_ numbers: [Int]) -> String {
        numbers.map { "pick.\(run($0))=yes" }.joined(separator: "&")
    }

    /// Two that go on, one that failed, one that is done, one of another client, and one that delivers.
    private static func furnish(_ server: Served) async throws {
        for (number, slug, state) in [
            (1, "acme", "queued"), (2, "acme", "needs_info"), (3, "acme", "failed"), (4, "acme", "done"),
            (5, "plunkett", "queued"), (6, "acme", "delivering"),
        ] {
            try await ReportSeed(
                id: "01KAREP000000000000000000\(number)", run: run(number), client: slug, runState: state
            ).put(into: server)
        }
    }

    private static let deeds: [(String, fit: [Int], left: [Int], notice: String, audit: String, says: [String])] = [
        (
            "stop", [1, 2], [3, 4, 6], "2 stopped. Not this one, ", "run stopped",
            ["in the queue, 1 of them", "$2.50 is spent already", "who stopped them and why", "does not go on"]
        ),
        (
            "again", [3, 4], [1, 2], "2 begun again. Not this one, ", "run begun again",
            ["config of today", "At most $7.00 together. Likely $2.50:", "to the same places", "can be stopped"]
        ),
        ("seen", [3], [1, 2, 4], "1 marked as seen. Not this one, ", "run marked as seen", []),
    ]

    @Test("It is asked first, with what is left alone and why; then each is done and noted", arguments: deeds)
    func deed(
        _ word: String, fit: [Int], left: [Int], notice: String, audit: String, says: [String]
    ) async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.furnish(server)
            // What is likely is told by what was done of late, and a run's id says when it was accepted.
            try await ReportSeed(
                id: "01KAREP0000000000000000007", run: ULID.floor(milliseconds: server.house.clock.now()),
                client: "acme", runState: "done"
            ).put(into: server)
            try await server.database.write {
                _ = try $0.execute("UPDATE run SET cost_max_micro_usd = 3500000, spent_micro_usd = 1250000", [])
            }
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let picked = Self.query(fit + left), deed = try #require(RunsTogether.Deed(rawValue: word))
            let page = try await browser.get("/runs/together?do=\(word)&\(picked)").text
            #expect(page.contains("\(deed.verb) (\(fit.count))") && page.contains(deed.unfit))
            let facts = ["What happens", "What it costs", "Who sees it", "Taking it back"]
            for words in says { #expect(page.contains(words), "\(words)") }
            for fact in facts { #expect(page.contains(fact) == !says.isEmpty, "\(fact)") }
            #expect(page.contains("<label for=\"f-reason\""), "whoever does it may say why")
            for number in fit { #expect(page.contains("type=\"hidden\" name=\"pick.\(Self.run(number))\"")) }
            for number in left { #expect(!page.contains("type=\"hidden\" name=\"pick.\(Self.run(number))\"")) }
            let before = try await server.house.runs.list(RunListing(visible: nil)).count
            let answer = try await browser.post("/runs/together", "do=\(word)&reason=because&\(picked)")
            #expect(answer.status == 303)
            #expect(try await browser.get("/runs/").text.contains(notice))
            for number in 1...6 {
                let noted = try await server.house.audit.list(subject: "run \(Self.run(number))")
                #expect(noted.map(\.action) == (fit.contains(number) ? [audit] : []), "run \(number)")
                #expect(noted.allSatisfy { $0.after?.contains(#""reason":"because""#) == true }, "run \(number)")
            }
            let states = try await server.house.runs.find(ids: (1...5).map(Self.run))
            #expect(states[Self.run(5)]?.state == .queued && states[Self.run(3)]?.state == .failed)
            if word == "stop" { #expect(fit.allSatisfy { states[Self.run($0)]?.state == .stopped }) }
            let after = try await server.house.runs.list(RunListing(visible: nil))
            #expect(after.count == before + (word == "again" ? 2 : 0))
            if word == "again" { #expect(after.first?.triggerSource == "api", "the pages asked for it") }
        }
    }

    @Test("Nobody reaches further together than one by one")
    func limits() async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            try await server.openClient("acme")
            let viewer = try await Browser.signedIn(server, "vera", .viewer)
            let consultant = try await Browser.signedIn(server, "cora", .consultant)
            let narrow = try await Browser.signedIn(server, "otto", .operator, clients: ["acme"])
            let boxes = "type=\"checkbox\" name=\"pick."
            #expect(try await !viewer.get("/runs/").text.contains(boxes))
            let list = try await consultant.get("/runs/").text
            #expect(list.contains(boxes) && list.contains("Mark as seen…") && !list.contains("value=\"stop\""))
            for (browser, query, status) in [
                (viewer, "do=seen&\(Self.query([3]))", 403), (consultant, "do=stop&\(Self.query([1]))", 403),
                (narrow, "do=stop&\(Self.query([1, 5]))", 404), (narrow, "do=stop", 422),
                (narrow, "do=burn&\(Self.query([1]))", 400), (narrow, "do=stop&\(Self.query([1]))", 200),
            ] {
                #expect(try await browser.get("/runs/together?\(query)").status == status, "\(query)")
                guard status != 200 else { continue }
                #expect(try await browser.post("/runs/together", query).status == status, "\(query)")
            }
            #expect(try await server.house.runs.find(Self.run(1)).state == .queued)
        }
    }
}
