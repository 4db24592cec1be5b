import BureauDomain
import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("What a run was started by")
struct RunOriginTests {
    private static let run = "01KARVN0000000000000000001"
    private static let starts: [(source: String, by: String, title: String?, says: String)] = [
        ("webhook", "clickup user 8001", "Local audit", "ClickUp task \"Local audit\" set to STATUS by user 8001"),
        ("webhook", "clickup", "Local audit", "ClickUp task \"Local audit\" set to STATUS"),
        ("webhook", "clickup user 8001", nil, "user 8001 (ClickUp)"), ("cli", "cli ana", nil, "ana (command line)"),
        ("api", "web ana", "Local audit", "ana (pages)"),
    ]

    @Test("Its task, the status and whoever set it are named, and the tool once", arguments: starts)
    func sentence(source: String, by: String, title: String?, says: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await ReportSeed(runState: "done").put(into: server)
            _ = try await server.database.write {
                try $0.execute(
                    "UPDATE run SET trigger_source = ?, requested_by = ?, task_title = ? WHERE id = ?",
                    [source, by, title, Self.run])
            }
            let run = try await server.house.runs.find(Self.run)
            let config = try #require(server.house.catalog.agent("sentinel")?.config)
            let status = config.triggers.clickUp.map { " set to \($0.status)" } ?? ""
            let origin = RunOrigin(words: server.house.words(run), config: config)
            #expect(origin.sentence == says.replacing(" set to STATUS", with: status))
        }
    }
}
