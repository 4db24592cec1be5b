package import BureauDomain
import BureauStorage

extension ApprovalDesk {
    /// Those of these questions that this person may decide now.
    package func decidable(
        _ questions: [(approval: ApprovalRecord, run: RunRecord)], by person: ApprovalPolicy.Person
    ) async throws -> Set<String> {
        // One run may ask many at once.
        var found: Set<String> = [], runs: [String: Bool] = [:]
        for (approval, run) in questions where approval.state == .open {
            var may = runs[run.id] ?? false
            if runs[run.id] == nil { may = try await refusal(run, for: person) == nil }
            runs[run.id] = may
            if may { found.insert(approval.id) }
        }
        return found
    }

    private static func open(_ visible: Set<String>?, _ client: String?, _ agent: String?) -> Conditions {
        var conditions = Conditions()
        conditions.add("approval.state = 'open'")
        if let client { conditions.add("run.client_slug = ?", [client]) }
        if let agent { conditions.add("run.agent = ?", [agent]) }
        conditions.add(visible: visible)
        return conditions
    }

    /// What waits for a decision, after the question `after` where one is named. The soonest to expire first.
    package func open(
        visible: Set<String>?, client: String? = nil, agent: String? = nil, after: String? = nil, limit: Int
    ) async throws -> [ApprovalRecord] {
        var conditions = Self.open(visible, client, agent)
        if let after {
            conditions.add(
                """
                (approval.expires_at, approval.id) >
                    (SELECT passed.expires_at, passed.id FROM approval AS passed WHERE passed.id = ?)
                """, [after])
        }
        return try await database.query(
            """
            SELECT approval.* FROM approval JOIN run ON run.id = approval.run_id \(conditions.clause)
            ORDER BY approval.expires_at, approval.id LIMIT ?
            """, conditions.values + [min(max(limit, 1), 1_000)]
        ).map(ApprovalRecord.init)
    }

    /// How many wait for a decision, counted no further than `atMost`. One run may ask several at once.
    package func openCount(
        visible: Set<String>?, client: String? = nil, agent: String? = nil, atMost: Int
    ) async throws -> Int {
        let conditions = Self.open(visible, client, agent)
        return Int(
            try await database.query(
                """
                SELECT count(*) AS n FROM (SELECT 1 FROM approval JOIN run ON run.id = approval.run_id
                    \(conditions.clause) LIMIT ?) AS some
                """, conditions.values + [atMost]
            ).first?.integer("n") ?? 0)
    }

    /// Questions that ended since then without anybody's decision: nobody decided in time, or the agent no longer asks.
    /// What ended last comes first. A question's id has the time of its run, which may have begun long before.
    package func lapsed(since: Int64, visible: Set<String>?, limit: Int) async throws -> [ApprovalRecord] {
        var conditions = Conditions()
        conditions.add("approval.state IN ('expired', 'void')")
        conditions.add("approval.decided_at >= ?", [since])
        conditions.add(visible: visible)
        // The cross join keeps the questions first: by the index of those that ended so, not through a client's runs.
        return try await database.query(
            """
            SELECT approval.* FROM approval CROSS JOIN run ON run.id = approval.run_id \(conditions.clause)
            ORDER BY approval.decided_at DESC, approval.id DESC LIMIT ?
            """, conditions.values + [min(max(limit, 1), 1_000)]
        ).map(ApprovalRecord.init)
    }
}
