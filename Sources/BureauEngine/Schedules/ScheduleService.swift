import BureauDomain
import BureauStorage
import Logging
import ServiceLifecycle

/// Starts runs when their time comes. Any number of processes may look at the same database: what lies between two
/// looks is taken by one of them, and each run's slot can be written once.
package struct ScheduleService: Service {
    let parts: EngineParts
    let wake: WakeSignal
    package static let lookEverySeconds = 5
    /// A schedule with nothing due is still noted as looked at this often. It bounds how much of the past a client that
    /// is added later, or a zone that is edited, could be owed.
    static let noteEveryMilliseconds: Int64 = 60_000

    package init(parts: EngineParts, wake: WakeSignal) {
        self.parts = parts
        self.wake = wake
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await look() } catch is CancellationError { return } catch {
                    parts.logger.error("schedules could not be looked at", metadata: ["why": "\(error)"])
                }
                try await parts.doors.sleep(.seconds(Self.lookEverySeconds))
            }
        }
    }

    /// Decides everything that became due since the last look, by whichever process.
    package func look() async throws {
        // What comes due while the intake is paused is found afterwards, as after a time without a server.
        guard try await parts.startsRuns() else { return }
        let agents = parts.catalog.agents
        // No agents at all is a folder that could not be read rather than a wish to forget every schedule.
        guard !agents.isEmpty else { return }
        let states = try await parts.database.read { try ScheduleStore(db: $0).states() }
        let known = Dictionary(uniqueKeysWithValues: states.map { (Key(agent: $0.agent, name: $0.name), $0) })
        var present = Set<Key>()
        for agent in agents {
            for schedule in agent.config.triggers.schedules where schedule.isEnabled {
                let key = Key(agent: agent.config.name, name: schedule.name)
                present.insert(key)
                do { try await look(at: schedule, of: agent, known[key]) } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    // One schedule's trouble is not the next one's. Nothing of it was written; the next look tries again.
                    parts.logger.error(
                        "a schedule could not be looked at",
                        metadata: ["agent": "\(key.agent)", "schedule": "\(key.name)", "why": "\(error)"])
                }
            }
        }
        try await settleAlerts(agents)
        let now = parts.doors.now()
        let gone = states.filter { $0.goneAt == nil && !present.contains(Key(agent: $0.agent, name: $0.name)) }
        guard !gone.isEmpty else { return }
        try await parts.database.write { db in for state in gone { try ScheduleStore(db: db).setGone(state, now: now) }
        }
    }

    /// A read first: most of the time there is none.
    private func settleAlerts(_ agents: [LoadedAgent]) async throws {
        let isAny = try await parts.database.read { try AlertStore(db: $0).countOpen(cause: ScheduleAlert.cause) > 0 }
        guard isAny else { return }
        let doors = parts.doors
        try await parts.database.write { try ScheduleAlert(db: $0, doors: doors).settle(agents) }
    }

    private struct Key: Hashable {
        let agent: String
        let name: String
    }

    private func look(at schedule: Schedule, of agent: LoadedAgent, _ state: ScheduleState?) async throws {
        let now = parts.doors.now()
        guard let state, state.timing == schedule.timing, state.goneAt == nil else {
            let name = agent.config.name
            try await parts.database.write { try ScheduleStore(db: $0).begin(name, schedule, now: now) }
            return
        }
        guard state.pausedAt == nil, now > state.lookedUntil else { return }
        let targets = ScheduleTargets(agent: agent.config, schedule: schedule, agencyZone: parts.settings.agencyZone)
        let zones = try await parts.database.read { try targets.zones($0) }
        let isDue = zones.contains { zone in
            DueTimes(schedule.rule, in: zone).next(after: state.lookedUntil).map { $0 <= now } ?? false
        }
        if isDue {
            try await decide(schedule, of: agent, state, targets, now: now)
        } else if now - state.lookedUntil >= Self.noteEveryMilliseconds {
            _ = try await parts.database.write { try ScheduleStore(db: $0).advance(state, to: now) }
        }
    }

    private func decide(
        _ schedule: Schedule, of agent: LoadedAgent, _ state: ScheduleState, _ targets: ScheduleTargets, now: Int64
    ) async throws {
        let found = try await parts.database.read { try targets.find($0) }
        let items = Self.items(found, schedule, after: state.lookedUntil, now: now)
        let starter = ScheduleStarter(agent: agent, schedule: schedule, doors: parts.doors)
        let slots = try await parts.database.write { db in
            guard try ScheduleStore(db: db).advance(state, to: now) else { return [ScheduleSlot]() }
            return try starter.write(items, db, now: now)
        }
        report(slots, schedule, agent)
        for item in items {
            guard case .omit(let older) = item.verdict, slots.contains(where: { $0.dueAt == item.dueAt }) else {
                continue
            }
            parts.logger.warning(
                "more times of a schedule were missed than are looked at",
                metadata: [
                    "agent": "\(agent.config.name)", "schedule": "\(schedule.name)", "client": "\(item.target.slug)",
                    "left_out": "\(older + 1)",
                ])
        }
        if found.isEmpty {
            parts.logger.warning(
                "a schedule was due and no client is ready",
                metadata: ["agent": "\(agent.config.name)", "schedule": "\(schedule.name)"])
        }
    }

    /// The due times of every client by its own clock, all clients of one time before those of the next.
    static func items(_ targets: [ScheduleTarget], _ schedule: Schedule, after lookedUntil: Int64, now: Int64)
        -> [ScheduleStarter.Item]
    {
        var byZone: [String: DueDecision] = [:]
        var items: [ScheduleStarter.Item] = []
        for target in targets {
            let decision =
                byZone[target.zone.name]
                ?? DueDecision.decide(
                    DueTimes(schedule.rule, in: target.zone), after: lookedUntil, now: now, policy: schedule.missed)
            byZone[target.zone.name] = decision
            items += decision.entries.map { .init(target: target, dueAt: $0.dueAt, verdict: $0.verdict) }
        }
        return items.enumerated().sorted { ($0.element.dueAt, $0.offset) < ($1.element.dueAt, $1.offset) }.map(
            \.element)
    }

    private func report(_ slots: [ScheduleSlot], _ schedule: Schedule, _ agent: LoadedAgent) {
        for slot in slots {
            parts.counters.add(.scheduleSlots, ["verdict": slot.verdict.rawValue])
            parts.logger.notice(
                slot.runID == nil ? "a scheduled run is skipped" : "a scheduled run starts",
                metadata: [
                    "agent": "\(agent.config.name)", "schedule": "\(schedule.name)", "client": "\(slot.client)",
                    "run": "\(slot.runID ?? "")", "why": "\(slot.reason)",
                ])
        }
        if slots.contains(where: { $0.runID != nil }) { wake.raise() }
    }
}
