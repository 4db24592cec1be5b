import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("An approval in a process without the server's means")
struct UnreadablePolicyTests {
    private static func asked(_ bench: Bench) async throws -> String {
        let run = try await bench.run(Bench.toRunning + [.approvalsAsked(count: 1)])
        let now = bench.clock.now
        return try await bench.database.write { db in
            let input = "{}"
            let new = NewApproval(
                eventID: "e1", tool: "publish", input: input, inputHash: Hex.sha256(Array(input.utf8)),
                effect: "It publishes.")
            return try ApprovalStore(db: db).ask(
                new, run: run.id, id: bench.clock.doors.makeID(), now: now, expiresAt: now + 60_000) ?? ""
        }
    }

    private static func desk(_ bench: Bench) -> ApprovalDesk {
        // A catalog of its own, as a command has: no folder, no variables, nothing remembered.
        let catalog = AgentCatalog(
            folder: bench.folder.appendingPathComponent("none"), reader: AgentReader(hasVariable: { _ in false }),
            database: bench.database, doors: bench.clock.doors, logger: bench.logger)
        return ApprovalDesk(database: bench.database, catalog: catalog, doors: bench.clock.doors, wake: {})
    }

    @Test("Without the agent's variables the same people decide as ever, and the decision is noted")
    func noVariables() async throws {
        let bench = try await Bench(agents: [
            "sentinel.json": Agents.make(extra: #", "approvals": {"people": ["ana"]}"#)
        ])
        let (id, desk) = (try await Self.asked(bench), Self.desk(bench))
        #expect(
            try await desk.approve(id, by: .bureau(name: "bob"), on: "cli") == .refused(.notAnApprover(who: ["ana"])))
        guard case .decided = try await desk.approve(id, by: .bureau(name: "ana"), on: "cli") else {
            return #expect(Bool(false), "ana may")
        }
        let noted = try await AuditDesk(database: bench.database, doors: bench.clock.doors).list(.init(visible: nil))
        #expect(noted.map { "\($0.actor.name) \($0.actor.surface) \($0.action)" } == ["ana cli approval approved"])
    }

    @Test("A version that cannot be read lets nobody decide")
    func unreadable() async throws {
        let bench = try await Bench()
        let id = try await Self.asked(bench)
        try await bench.database.write {
            _ = try $0.execute("UPDATE agent_config SET body = '{\"agent_name\": 7}'", [])
        }
        #expect(
            try await Self.desk(bench).approve(id, by: .bureau(name: "ana"), on: "cli") == .refused(.policyUnreadable))
    }

    @Test("A limit of an agent or of the agency holds where neither files nor settings are seen")
    func limits() async throws {
        let bench = try await Bench()
        let parts = try bench.parts { $0.agencyBudget = ScopeBudget(limit: MicroUSD(rawValue: 7_000_000)) }
        try await bench.database.write { try ServerFacts(db: $0).remember(parts) }
        let catalog = Self.desk(bench).catalog
        let account = SpendAccount(.agency, SpendAccount.day(bench.clock.now))
        let found = try await bench.database.read {
            try BudgetBook(agency: nil, catalog: catalog).budget(account, in: $0)
        }
        #expect(found == parts.settings.agencyBudget)
        let missing = try await bench.database.read { try ServerFacts(db: $0).missing(in: parts) }
        #expect(missing.isEmpty)
    }
}
