import Foundation
import Testing

@testable import BureauEngine

@Suite("The agents folder")
struct AgentCatalogTests {
    /// As a file of its own each time: two edits of one length may fall into one tick of the disk's clock.
    private func write(_ bench: Bench, _ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: bench.agentsFolder.appendingPathComponent(name), options: .atomic)
    }

    @Test("A new file is an agent; an edit is its next version; a removed file is no agent any more")
    func life() async throws {
        let bench = try await Bench(agents: [:])
        #expect(bench.catalog.agents.isEmpty)
        try write(bench, "sentinel.json", Agents.sentinel)
        try await bench.catalog.refresh()
        let first = try #require(bench.catalog.agent("sentinel"))
        try write(bench, "sentinel.json", Agents.make(version: "1.1.0"))
        try await bench.catalog.refresh()
        let second = try #require(bench.catalog.agent("sentinel"))
        #expect((first.config.version, second.config.version) == ("1.0.0", "1.1.0"))
        try FileManager.default.removeItem(at: bench.agentsFolder.appendingPathComponent("sentinel.json"))
        try await bench.catalog.refresh()
        #expect(bench.catalog.agent("sentinel") == nil)
        #expect(try await bench.catalog.version(first.hash)?.config.version == "1.0.0", "runs keep their version")
    }

    private static let brokenEdits: [(String, String)] = [
        ("cut off", String(Agents.sentinel.dropLast(200))), ("empty", ""),
        ("an unknown key", Agents.make(extra: #", "colour": "red""#)),
        ("another name than its file's", Agents.make(name: "catalyst", version: "9.0.0")),
    ]

    @Test("A broken edit keeps the last valid version, and mending it is seen", arguments: brokenEdits)
    func broken(what: String, text: String) async throws {
        let bench = try await Bench()
        try write(bench, "sentinel.json", text)
        try await bench.catalog.refresh()
        #expect(bench.catalog.agent("sentinel")?.config.version == "1.0.0", "\(what)")
        #expect(bench.catalog.agent("catalyst") == nil)
        try write(bench, "sentinel.json", Agents.make(version: "2.0.0"))
        try await bench.catalog.refresh()
        #expect(bench.catalog.agent("sentinel")?.config.version == "2.0.0")
        #expect(bench.catalog.problems.isEmpty)
    }

    @Test("A broken file's agent outlives a restart as it was, and people are told until it is mended")
    func brokenRestart() async throws {
        let bench = try await Bench()
        bench.clock.advance(milliseconds: 1_000)
        try write(bench, "sentinel.json", Agents.make(version: "2.0.0"))
        try await bench.catalog.refresh()
        try write(bench, "sentinel.json", "{")
        let restarted = AgentCatalog(
            folder: bench.agentsFolder, reader: AgentReader(hasVariable: { _ in true }), database: bench.database,
            doors: bench.clock.doors, logger: bench.logger)
        try await restarted.refresh()
        #expect(restarted.agent("sentinel")?.config.version == "2.0.0")
        for _ in 0..<2 { try await restarted.tellBroken() }
        #expect(try await bench.alerts().map(\.subject) == ["sentinel.json"])
        try write(bench, "sentinel.json", Agents.make(version: "3.0.0"))
        try await restarted.refresh()
        try await restarted.tellBroken()
        #expect(try await bench.alerts().isEmpty)
    }

    @Test("Of a new file that is broken people are told that nothing of it runs")
    func brokenFirst() async throws {
        let bench = try await Bench()
        try write(bench, "newcomer.json", "{")
        try await bench.catalog.refresh()
        try await bench.catalog.tellBroken()
        let alert = try #require(try await bench.alerts().first)
        #expect(alert.subject == "newcomer.json" && alert.sentence.contains("so nothing of it runs"))
    }

    @Test("Who took a version in, and when, is kept; a restart takes nothing in, going back to a former version does")
    func loadedBy() async throws {
        let bench = try await Bench()
        func loads() async throws -> [String] {
            let desk = ClientDesk(database: bench.database, doors: bench.clock.doors)
            return try await desk.versions(of: "sentinel").map { "\($0.version) \($0.by ?? "?")" }
        }
        let (begun, changed) = ("server, at its start", "server, which saw the file change")
        #expect(try await loads() == ["1.0.0 \(begun)"])
        bench.clock.advance(milliseconds: 1_000)
        try write(bench, "sentinel.json", Agents.make(version: "2.0.0"))
        try await bench.catalog.refresh()
        #expect(try await loads() == ["2.0.0 \(changed)", "1.0.0 \(begun)"])
        bench.clock.advance(milliseconds: 1_000)
        let command = AgentCatalog(
            folder: bench.agentsFolder, reader: AgentReader(hasVariable: { _ in true }), database: bench.database,
            doors: bench.clock.doors, logger: bench.logger, loader: "command line, ana")
        try await command.refresh()
        #expect(try await loads() == ["2.0.0 \(changed)", "1.0.0 \(begun)"])
        try write(bench, "sentinel.json", Agents.make(version: "1.0.0"))
        try await command.refresh()
        #expect(try await loads() == ["1.0.0 command line, ana, which saw the file change", "2.0.0 \(changed)"])
    }

    @Test("A file that carries another name than its agent's is an error with its place, and starts nothing")
    func misnamed() async throws {
        let bench = try await Bench()
        try write(bench, "auditor.json", Agents.make())
        try await bench.catalog.refresh()
        let problem = try #require(bench.catalog.problems.first { $0.path == "agent_name" })
        #expect(problem.path == "agent_name" && problem.severity == .error && problem.suggestion == "sentinel.json")
        #expect(bench.catalog.agents.map(\.config.name) == ["sentinel"])
    }

    @Test("A file nobody can read does not keep the others from being read")
    func unreadable() async throws {
        let bench = try await Bench(agents: [:])
        try FileManager.default.createDirectory(
            at: bench.agentsFolder.appendingPathComponent("folder.json"), withIntermediateDirectories: true)
        try write(bench, "sentinel.json", Agents.sentinel)
        try await bench.catalog.refresh()
        #expect(bench.catalog.agents.map(\.config.name) == ["sentinel"])
    }

    @Test("A version that could not be stored is tried again at the next look")
    func diskFull() async throws {
        let bench = try await Bench()
        try await bench.database.write { db in
            let pages = try db.first("PRAGMA page_count")?.integer("page_count") ?? 0
            _ = try db.query("PRAGMA max_page_count = \(pages)")
        }
        let long = #", "outputs": {"expected": ["\#(String(repeating: "a", count: 190)).md"]}"#
        let texts = (1...60).map { Agents.make(version: "3.0.\($0)", extra: long) }
        var refused = false
        for text in texts where !refused {
            try write(bench, "sentinel.json", text)
            do { try await bench.catalog.refresh() } catch { refused = true }
        }
        #expect(refused)
        let before = bench.catalog.agent("sentinel")?.config.version
        try await bench.database.write { _ = try $0.query("PRAGMA max_page_count = 1000000") }
        try await bench.catalog.refresh()
        #expect(bench.catalog.agent("sentinel")?.config.version != before)
    }
}
