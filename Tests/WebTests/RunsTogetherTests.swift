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

    private static let deeds: [(String, fit: [Int], left: [Int], notice: String, audit: String)] = [
        ("stop", [1, 2], [3, 4, 6], "2 stopped. Not this one, ", "run stopped"),
        ("again", [3, 4], [1, 2], "2 begun again. Not this one, ", "run begun again"),
        ("seen", [3], [1, 2, 4], "1 marked as seen. Not this one, ", "run marked as seen"),
    ]

    @Test("It is asked first, with what is left alone and why; then each is done and noted", arguments: deeds)
    func deed(_ word: String, fit: [Int], left: [Int], notice: String, audit: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.furnish(server)
            let browser = try await Browser.signedIn(server, "otto", .operator)
            let picked = Self.query(fit + left), deed = try #require(RunsTogether.Deed(rawValue: word))
            let page = try await browser.get("/runs/together?do=\(word)&\(picked)").text
            #expect(page.contains("\(deed.verb) (\(fit.count))") && page.contains(deed.unfit))
            for number in fit { #expect(page.contains("type=\"hidden\" name=\"pick.\(Self.run(number))\"")) }
            for number in left { #expect(!page.contains("type=\"hidden\" name=\"pick.\(Self.run(number))\"")) }
            let before = try await server.house.runs.list(RunListing(visible: nil)).count
            let answer = try await browser.post("/runs/together", "do=\(word)&reason=because&\(picked)")
            #expect(answer.status == 303)
            #expect(try await browser.get("/runs/").text.contains(notice))
            for number in 1...6 {
                let noted = try await server.house.audit.list(subject: "run \(Self.run(number))").map(\.action)
                #expect(noted == (fit.contains(number) ? [audit] : []), "run \(number)")
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
