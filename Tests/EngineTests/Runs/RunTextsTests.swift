import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("Runs found by what people see of them")
struct RunTextsTests {
    private static func desk(_ bench: Bench) -> RunDesk { RunDesk(database: bench.database, doors: bench.clock.doors) }

    private static func found(_ bench: Bench, _ text: String, _ change: (inout RunListing) -> Void = { _ in })
        async throws -> [String]
    {
        var listing = RunListing(visible: nil)
        listing.text = text
        change(&listing)
        return try await desk(bench).list(listing).map(\.id)
    }

    private static let searches: [(String, Bool)] = [
        ("shamrock", true), ("Shamrock & Sons", true), ("SONS sham", true), ("seo sentinel", true), ("86abc", true),
        ("broke badly", true), ("überschrift", true), ("UBERSCHRIFT", true), ("Shamrock plunkett", false),
        ("%", false), ("_", false), ("sham%sons", false), ("100 %", false), ("cli test", false), ("' OR 1=1", false),
        ("xoxb-canary-19aa3e", false), ("   ", true), ("", true),
    ]

    @Test(
        "Each word has to be there, letters are compared without case and accents, and no character is special",
        arguments: searches)
    func words(text: String, isFound: Bool) async throws {
        let bench = try await Bench(), run = try await bench.run(task: "86abc")
        _ = try await bench.database.write {
            try $0.execute("UPDATE run SET task_title = 'Die Überschrift xoxb-canary-19aa3e' WHERE id = ?", [run.id])
        }
        try await bench.move(run.id, .taken)
        try await bench.move(run.id, .broke(RunCause(.noFiles, "It broke badly.")))
        #expect(try await Self.found(bench, text) == (isFound ? [run.id] : []), "\(text)")
        let filter = RunFilter(text: text)
        #expect(try await Self.desk(bench).list(filter).map(\.id) == (isFound ? [run.id] : []), "\(text)")
        #expect(try await Self.found(bench, String(run.id.suffix(8)).lowercased()) == [run.id])
    }

    @Test("What changes is found by its new words with the next search, however many batches that takes")
    func follows() async throws {
        let bench = try await Bench(), first = try await bench.run()
        #expect(try await Self.found(bench, "drowned").isEmpty)
        for number in 0..<(RunTexts.batchRunsMax + 10) { _ = try await bench.run(key: "many/\(number)") }
        try await bench.move(first.id, .taken)
        try await bench.move(first.id, .broke(RunCause(.noFiles, "It drowned.")))
        #expect(try await Self.found(bench, "drowned") == [first.id])
        let all = try await bench.database.query("SELECT count(*) AS n FROM run_text").first?.integer("n")
        #expect(all == Int64(RunTexts.batchRunsMax + 11))
    }

    @Test("It narrows with every other condition, pages by cursor, and never reaches clients that are not seen")
    func together() async throws {
        let bench = try await Bench()
        var ids: [String] = []
        for number in 0..<5 {
            bench.clock.advance(milliseconds: 10)
            ids.append(try await bench.run(key: "run/\(number)").id)
        }
        try await bench.move(ids[1], .taken)
        try await bench.move(ids[1], .broke(RunCause(.noFiles, "It broke.")))
        let newest = Array(ids.reversed())
        #expect(try await Self.found(bench, "shamrock") == newest)
        #expect(try await Self.found(bench, "shamrock") { $0.limit = 2 } == Array(newest.prefix(2)))
        #expect(try await Self.found(bench, "shamrock") { $0.before = newest[1] } == Array(newest.dropFirst(2)))
        #expect(try await Self.found(bench, "shamrock") { $0.states = [.failed] } == [ids[1]])
        #expect(try await Self.found(bench, "shamrock") { $0.client = "shamrock" } == newest)
        #expect(try await Self.found(bench, "broke") { $0.client = "other" }.isEmpty)
        #expect(try await Self.found(bench, "shamrock") { $0.visible = [] }.isEmpty)
        #expect(try await Self.found(bench, "shamrock") { $0.isOldestFirst = true } == ids)
    }

    @Test("Events that were numbered anew, as after a restore, are taken in again")
    func renumbered() async throws {
        let bench = try await Bench(), run = try await bench.run()
        _ = try await Self.found(bench, "x")
        _ = try await bench.database.write {
            try $0.execute("UPDATE setting SET value = '999999' WHERE name = 'run_text_event'", [])
        }
        try await bench.move(run.id, .taken)
        try await bench.move(run.id, .broke(RunCause(.noFiles, "It drowned.")))
        #expect(try await Self.found(bench, "drowned") == [run.id])
    }
}
