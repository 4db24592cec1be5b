package import BureauDomain
import BureauStorage

/// One schedule with what is known of it now.
package struct ScheduleRecord: Sendable {
    package let agent: String
    package let schedule: Schedule
    package let state: ScheduleState?
    /// What became of its newest due time; nil when it never had one.
    package let last: ScheduleSlot?
    /// Milliseconds UTC, the earliest of all its clients' zones; nil while it is paused or switched off.
    package let nextAt: Int64?

    package var isPaused: Bool { state?.pausedAt != nil }
}

/// The coming due times in one zone.
package struct SchedulePreview: Sendable {
    package let agent: String
    package let schedule: Schedule
    package let zone: ZoneOffsets
    /// Who goes by this zone's clock, as of now.
    package let clients: [String]
    /// Milliseconds UTC.
    package let times: [Int64]
}

/// What people ask of schedules, the same behind the command line, the API and the pages.
package struct ScheduleDesk: Sendable {
    let parts: EngineParts
    package static let previewTimes = 5

    package init(parts: EngineParts) { self.parts = parts }

    /// Of one agent, or of all.
    package func list(agent: String? = nil) async throws -> [ScheduleRecord] {
        var records: [ScheduleRecord] = []
        for (agent, schedule) in try choose(agent: agent, name: nil) {
            records.append(try await record(agent, schedule))
        }
        return records
    }

    /// Pauses one schedule of an agent, or all of them. Runs that have started go on.
    package func pause(agent: String, name: String?, by person: String) async throws -> [ScheduleRecord] {
        try await change(agent, name) { store, agent, schedule, now in
            try store.begin(agent, schedule, now: now)
            _ = try store.pause(agent, schedule.name, by: person, now: now)
        }
    }

    /// Goes on from now: what was due during the pause is not made up for.
    package func resume(agent: String, name: String?) async throws -> [ScheduleRecord] {
        try await change(agent, name) { store, agent, schedule, now in
            _ = try store.resume(agent, schedule.name, now: now)
        }
    }

    /// Starts a run for each of its clients now, whatever the time. The next due time stays as it is.
    package func run(agent: String, name: String?, by person: String) async throws -> [RunRecord] {
        let chosen = try choose(agent: agent, name: name)
        guard let (loaded, schedule) = chosen.first, chosen.count == 1 else {
            throw RunDesk.Refused(
                kind: .ambiguous, description: "\(agent) has several schedules: \(Self.names(chosen)); say which one")
        }
        guard loaded.config.triggers.manualCLI else {
            throw RunDesk.Refused(
                kind: .notNow,
                description: "\(agent) may not be started by hand; set triggers.manual_cli.enabled in its config")
        }
        let (targets, doors) = (targets(loaded, schedule), parts.doors)
        let now = doors.now()
        return try await parts.database.write { db in
            let found = try targets.find(db)
            let missing = found.filter { $0.client == nil }.map(\.slug)
            guard missing.isEmpty else {
                throw RunDesk.Refused(
                    kind: .notFound, description: "there is no client \(missing.joined(separator: ", "))")
            }
            guard !found.isEmpty else {
                throw RunDesk.Refused(
                    kind: .notNow, description: "no client has all fields that \(loaded.config.name) requires")
            }
            let starter = ScheduleStarter(agent: loaded, schedule: schedule, doors: doors)
            return try found.compactMap(\.client).compactMap { client in
                try RunStore(db: db).find(try starter.startByHand(client, by: person, db, now: now))
            }
        }
    }

    /// The next times of an agent's schedules, for each zone their clients are in. Paused ones as if they were not.
    package func preview(agent: String, name: String?) async throws -> [SchedulePreview] {
        let now = parts.doors.now()
        var previews: [SchedulePreview] = []
        for (loaded, schedule) in try choose(agent: agent, name: name) {
            let targets = targets(loaded, schedule)
            let found = try await parts.database.read { try targets.find($0) }
            var zones = Dictionary(found.map { ($0.zone.name, $0.zone) }, uniquingKeysWith: { first, _ in first })
            if zones.isEmpty { zones = [targets.homeZone.name: targets.homeZone] }
            for zone in zones.values.sorted(by: { $0.name < $1.name }) {
                previews.append(
                    SchedulePreview(
                        agent: loaded.config.name, schedule: schedule, zone: zone,
                        clients: found.filter { $0.zone.name == zone.name }.map(\.slug),
                        times: DueTimes(schedule.rule, in: zone).next(Self.previewTimes, after: now)))
            }
        }
        return previews
    }

    // MARK: - Finding

    private func targets(_ agent: LoadedAgent, _ schedule: Schedule) -> ScheduleTargets {
        ScheduleTargets(agent: agent.config, schedule: schedule, agencyZone: parts.settings.agencyZone)
    }

    private func record(_ agent: LoadedAgent, _ schedule: Schedule) async throws -> ScheduleRecord {
        let (targets, name, now) = (targets(agent, schedule), agent.config.name, parts.doors.now())
        return try await parts.database.read { db in
            let store = ScheduleStore(db: db)
            let state = try store.find(name, schedule.name)
            let isOn = schedule.isEnabled && state?.pausedAt == nil
            // By the clocks of its own clients: others may be elsewhere.
            var zones = [targets.homeZone.name: targets.homeZone]
            let found = try targets.find(db)
            if !found.isEmpty { zones = Dictionary(found.map { ($0.zone.name, $0.zone) }) { first, _ in first } }
            let next = zones.values.compactMap { DueTimes(schedule.rule, in: $0).next(after: now) }.min()
            return ScheduleRecord(
                agent: name, schedule: schedule, state: state,
                last: try store.slots(name, schedule.name, limit: 1).first, nextAt: isOn ? next : nil)
        }
    }

    private func change(
        _ agent: String, _ name: String?,
        _ body: @escaping @Sendable (ScheduleStore, String, Schedule, Int64) throws -> Void
    ) async throws -> [ScheduleRecord] {
        let chosen = try choose(agent: agent, name: name)
        let now = parts.doors.now()
        try await parts.database.write { db in
            for (agent, schedule) in chosen {
                try body(ScheduleStore(db: db), agent.config.name, schedule, now)
            }
        }
        var records: [ScheduleRecord] = []
        for (agent, schedule) in chosen { records.append(try await record(agent, schedule)) }
        return records
    }

    private func choose(agent: String?, name: String?) throws -> [(LoadedAgent, Schedule)] {
        guard let agent else {
            return parts.catalog.agents.flatMap { agent in agent.config.triggers.schedules.map { (agent, $0) } }
        }
        guard let loaded = parts.catalog.agent(agent) else {
            let known = parts.catalog.agents.map(\.config.name).joined(separator: ", ")
            throw RunDesk.Refused(
                kind: .notFound, description: "there is no agent named \"\(agent)\"; the agents are: \(known)")
        }
        let all = loaded.config.triggers.schedules.map { (loaded, $0) }
        guard !all.isEmpty else {
            throw RunDesk.Refused(
                kind: .notFound, description: "\(agent) has no schedule; add one to triggers.cron in its config")
        }
        guard let name else { return all }
        let chosen = all.filter { $0.1.name == name }
        guard !chosen.isEmpty else {
            throw RunDesk.Refused(
                kind: .notFound, description: "\(agent) has no schedule \"\(name)\"; it has: \(Self.names(all))")
        }
        return chosen
    }

    private static func names(_ chosen: [(LoadedAgent, Schedule)]) -> String {
        chosen.map(\.1.name).joined(separator: ", ")
    }
}
