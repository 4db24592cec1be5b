import BureauDomain
import BureauEngine
import BureauStorage
import Testing

@testable import BureauWeb

@Suite("Tasks on record over the API")
struct TaskRecordAPITests {
    private static let lists: [(String, Set<String>?, [String])] = [
        ("", nil, ["86a1", "86a2", "86a3", "86a4"]), ("?client=acme", nil, ["86a1", "86a2"]),
        ("?client_visible=true", nil, ["86a1", "86a3"]), ("?limit=1", nil, ["86a1"]),
        ("", ["acme"], ["86a1", "86a2"]), ("?client=beta", ["acme"], []), ("", [], []),
    ]

    @Test("They are listed by client and by what clients may see, to who may see the client", arguments: lists)
    func list(query: String, clients: Set<String>?, tasks: [String]) async throws {
        try await Served.run { server in
            try await server.keepClient("acme")
            _ = try await server.database.write { db in
                let rows = [("86a1", "'acme'", 1), ("86a2", "'acme'", 0), ("86a3", "'beta'", 1), ("86a4", "NULL", 0)]
                for (task, client, isVisible) in rows {
                    try db.execute(
                        """
                        INSERT INTO task_record (tool, task_id, container_id, section, title, client_slug,
                            client_visible, updated_at, seen_at)
                        VALUES ('clickup', '\(task)', '9011', 'SEO', 'Title', \(client), \(isVisible), 1, 1)
                        """, [])
                }
            }
            let ana = try await Program.of(server, "ana", .viewer, clients: clients)
            var page = try await ana.json("/api/v1/task-records\(query)")
            #expect((page["items"]?.array ?? []).map { $0["task"]?.string ?? "" } == tasks)
            guard query == "?limit=1" else { return }
            let next = try #require(page["next"]?.string)
            page = try await ana.json("/api/v1/task-records?limit=3&cursor=\(next)")
            #expect((page["items"]?.array ?? []).map { $0["task"]?.string ?? "" } == ["86a2", "86a3", "86a4"])
            #expect(page["next"] == .null)
        }
    }
}
