import BureauDomain
package import BureauStorage

/// Runs that have nothing to do, taken through the real queue: what accepting, claiming and settling alone cost.
/// The benchmarks use it; nothing else does.
package struct EmptyRuns: Sendable {
    let database: any Database
    let doors: Doors
    let owner: String
    static let configHash = "bench"

    package init(database: any Database, doors: Doors, owner: String) {
        self.database = database
        self.doors = doors
        self.owner = owner
    }

    /// Once, before the first run: runs must name a configuration that exists.
    package func prepare() async throws {
        let now = doors.now()
        try await database.write { db in
            try db.execute(
                """
                INSERT INTO agent_config (sha256, agent, version, body, loaded_at) VALUES (?, 'bench', '1', '{}', ?)
                ON CONFLICT (sha256) DO NOTHING
                """, [Self.configHash, now])
        }
    }

    /// Accepts one run; it is on disk when this returns.
    package func enqueue(_ number: Int, client: String? = nil) async throws -> String {
        let new = NewRun(
            agent: "bench", agentVersion: "1", configHash: Self.configHash, triggerSource: .api, requestedBy: "bench",
            dedupeKey: "bench/\(number)", clientSlug: client)
        return try await RunDesk(database: database, doors: doors).start(new).id
    }

    package func claim(_ limit: Int) async throws -> [RunRecord] {
        let (now, owner) = (doors.now(), owner)
        return try await database.write {
            try RunClaim(db: $0, rules: QueueRules(runsInFlightMax: .max), owner: owner, now: now).claim(limit: limit)
        }
    }

    /// Ends a claimed run and gives its lease back, in one commit.
    package func settle(_ run: RunRecord) async throws {
        let lease = Lease(runID: run.id, owner: owner, epoch: run.leaseEpoch)
        let transitions = RunTransitions(doors: doors)
        try await database.write { db in
            let why = RunCause(.notEligible, "There was nothing to do.")
            try transitions.apply(.foundIneligible(why), to: lease.runID, lease: lease, in: db)
            try RunStore(db: db).release(lease)
        }
    }

    /// How many runs stand as ended in the database.
    package func ended() async throws -> Int64 {
        try await database.read { try RunStore(db: $0).countByState() }.reduce(0) {
            $0 + ($1.0 == "ignored" ? $1.1 : 0)
        }
    }
}
