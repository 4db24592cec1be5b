import BureauDomain
import BureauSandbox
import Foundation
import Testing

@testable import BureauEngine

@Suite("What people type for a task")
struct TaskNamesTests {
    private static let workspace = "9018614428"
    private static let names: [(String, WorkToolKind, workspace: String?, id: String?)] = [
        ("86demobld1", .clickUp, nil, "86demobld1"), ("BLD-301", .clickUp, workspace, "86demobld1"),
        ("BLD-999", .clickUp, workspace, nil), ("BLD-301", .clickUp, nil, nil), ("12-09", .asana, nil, "12-09"),
    ]

    @Test("A workspace's own name leads to the task's id; one that leads nowhere says why", arguments: names)
    func id(name: String, tool: WorkToolKind, workspace: String?, id: String?) async throws {
        try await withStandIns { stand in
            let bench = try await Bench(agents: ["sentinel.json": Agents.make(name: "sentinel")])
            let parts = try bench.parts(stand.connections) { $0.clickUpWorkspaceID = workspace }
            let agent = try #require(parts.catalog.agent("sentinel")), names = TaskNames(parts: parts)
            guard let id else {
                await #expect(throws: TaskNames.Refused.self) { try await names.id(of: name, tool: tool, agent: agent) }
                return
            }
            #expect(try await names.id(of: name, tool: tool, agent: agent) == id)
        }
    }
}
