import BureauDomain
import BureauStorage

/// Writes what was decided for one schedule: a slot for every due time and client, and the run that belongs to it, inside
/// the caller's transaction.
struct ScheduleStarter: Sendable {
    struct Item: Sendable {
        let target: ScheduleTarget
        let dueAt: Int64
        let verdict: DueDecision.Verdict
    }

    let agent: LoadedAgent
    let schedule: Schedule
    let doors: Doors

    /// Returns the slots that were written; those that were there already are left as they are.
    func write(_ items: [Item], _ db: any Connection, now: Int64) throws -> [ScheduleSlot] {
        let store = ScheduleStore(db: db)
        var written: [ScheduleSlot] = []
        for item in items {
            let name = agent.config.name
            guard try !store.hasSlot(name, schedule.name, client: item.target.slug, dueAt: item.dueAt) else { continue }
            let slot = try slot(item, db, now: now)
            try store.insert(slot, agent: name, schedule: schedule.name, now: now)
            written.append(slot)
        }
        return written
    }

    private func slot(_ item: Item, _ db: any Connection, now: Int64) throws -> ScheduleSlot {
        func skipped(_ reason: String) -> ScheduleSlot {
            ScheduleSlot(client: item.target.slug, dueAt: item.dueAt, verdict: .skipped, reason: reason, runID: nil)
        }
        switch item.verdict {
        case .skip, .omit: return skipped(item.verdict.reason ?? "")
        case .start:
            guard let client = item.target.client else {
                try ScheduleAlert(db: db, doors: doors).missingClient(
                    item.target.slug, agent.config.name, schedule.name)
                return skipped("there is no client \"\(item.target.slug)\"")
            }
            let id = try start(
                client, db, source: .cron, by: "schedule \(schedule.name)",
                key: "\(agent.config.name)/cron/\(schedule.name)/\(client.slug)/\(item.dueAt)", now: now)
            return ScheduleSlot(client: client.slug, dueAt: item.dueAt, verdict: .run, reason: "due", runID: id)
        }
    }

    /// A run that a person asked for ahead of its time. Its slot is this very millisecond's.
    func startByHand(_ client: ClientRecord, by person: String, _ db: any Connection, now: Int64) throws -> String {
        let id = try start(
            client, db, source: .cli, by: "\(person), schedule \(schedule.name)",
            key: "\(agent.config.name)/cron/\(schedule.name)/\(client.slug)/by-hand/\(doors.makeID())", now: now)
        let slot = ScheduleSlot(client: client.slug, dueAt: now, verdict: .byHand, reason: person, runID: id)
        try ScheduleStore(db: db).insert(slot, agent: agent.config.name, schedule: schedule.name, now: now)
        return id
    }

    private func start(
        _ client: ClientRecord, _ db: any Connection, source: NewRun.TriggerSource, by person: String, key: String,
        now: Int64
    ) throws -> String {
        let id = doors.makeID()
        let run = NewRun(
            agent: agent.config.name, agentVersion: agent.config.version, configHash: agent.hash, triggerSource: source,
            requestedBy: person, dedupeKey: key, clientSlug: client.slug, clientName: client.name,
            payload: JSONValue.object(client.payload()).canonical, hasThread: agent.hasThread)
        let store = RunStore(db: db)
        guard try store.insert(run, id: id, now: now) else {
            guard let known = try store.find(dedupeKey: key) else { throw RunMoved(runID: id) }
            return known.id
        }
        try RunEventStore(db: db).append(id, kind: "queued", detail: "\(person) asked for it", now: now)
        return id
    }
}

extension Schedule {
    /// Those it names; none when it is for every client that is ready.
    fileprivate var namedClients: [String] {
        switch clients {
        case .allReady: []
        case .listed(let slugs): slugs
        }
    }
}

/// Tells people about a schedule that cannot do what its config says: once, until it is mended.
struct ScheduleAlert {
    let db: any Connection
    let doors: Doors

    static let cause = "schedule_client"
    static let alertsMax = 500

    /// Resolves what was mended: the client is there now, or no schedule of that name asks for it any more. The next
    /// breakage is told again.
    func settle(_ agents: [LoadedAgent]) throws {
        let wanted = Set(
            agents.flatMap { agent in
                agent.config.triggers.schedules.filter(\.isEnabled).flatMap { schedule in
                    schedule.namedClients.map { Self.subject($0, agent.config.name, schedule.name) }
                }
            })
        for alert in try AlertStore(db: db).open(cause: Self.cause, limit: Self.alertsMax) {
            let slug = alert.subject.split(separator: "/").last.map(String.init) ?? ""
            if wanted.contains(alert.subject), try ClientStore(db: db).find(slug) == nil { continue }
            try AlertStore(db: db).resolve(cause: Self.cause, subject: alert.subject, now: doors.now())
        }
    }

    private static func subject(_ slug: String, _ agent: String, _ schedule: String) -> String {
        "\(agent)/\(schedule)/\(slug)"
    }

    func missingClient(_ slug: String, _ agent: String, _ schedule: String) throws {
        let sentence = """
            The schedule "\(schedule)" of \(agent) names the client "\(slug)", which does not exist: nothing was started \
            for it. Add the client, or take it out of the agent's config.
            """
        try SystemAlarm.raise(Self.cause, subject: Self.subject(slug, agent, schedule), sentence, in: db, doors)
    }
}
