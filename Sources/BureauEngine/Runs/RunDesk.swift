package import BureauDomain
package import BureauStorage

/// What people ask of runs, the same behind the command line, the API and the pages.
package struct RunDesk: Sendable {
    let database: any Database
    let doors: Doors
    let transitions: RunTransitions

    package init(database: any Database, doors: Doors) {
        self.database = database
        self.doors = doors
        transitions = RunTransitions(doors: doors)
    }

    /// Why a request about a run cannot be carried out, for people.
    package struct Refused: Error, Sendable, CustomStringConvertible {
        package enum Kind: Sendable { case notFound, notNow, ambiguous, chooseStep }
        package let kind: Kind
        package let description: String
    }

    /// Finds a run by its id or its first characters (at least six).
    package func find(_ idOrPrefix: String) async throws -> RunRecord {
        let text = idOrPrefix.uppercased()
        let found: [RunRecord] = try await database.read { db in
            let store = RunStore(db: db)
            if let run = try store.find(text) { return [run] }
            guard text.count >= 6, text.allSatisfy({ $0.isLetter || $0.isNumber }) else { return [] }
            return try store.ids(beginning: text).compactMap { try store.find($0) }
        }
        guard let run = found.first else {
            throw Refused(kind: .notFound, description: "there is no run \(idOrPrefix); see bureau runs list")
        }
        guard found.count == 1 else {
            throw Refused(
                kind: .ambiguous,
                description: "\(idOrPrefix) fits several runs: \(found.map(\.id).joined(separator: ", "))")
        }
        return run
    }

    package func list(_ filter: RunFilter) async throws -> [RunRecord] {
        if filter.text != nil { try await texts.bringUpToDate() }
        return try await database.read { try RunStore(db: $0).list(filter) }
    }

    package func events(_ id: String, after seq: Int64 = 0) async throws -> [RunEvent] {
        try await database.read { try RunEventStore(db: $0).list(id, after: seq).map(\.shown) }
    }

    /// The run that started this one, and those it has started itself.
    package func family(_ id: String) async throws -> (parent: RunRecord?, children: [RunRecord]) {
        try await database.read { db in
            let store = RunChildStore(db: db)
            let parent = try store.find(id).flatMap { try RunStore(db: db).find($0.parentID) }
            return (parent, try store.children(of: id))
        }
    }

    /// Sub-agents of the run's session.
    package func threads(_ id: String) async throws -> [SessionThreadRecord] {
        try await database.read { try SessionThreadStore(db: $0).list(id) }
    }

    /// What the run's session has used, kind by kind; nil when nothing is known of it.
    package func usage(_ id: String) async throws -> RunUsage? {
        try await database.read { try RunUsageStore(db: $0).find(id) }
    }

    /// What models were paid for reading people's comments, beside the run's session.
    package func readingsCost(_ id: String) async throws -> MicroUSD {
        try await database.read { try CommentReadingStore(db: $0).total(run: id) }
    }

    package func files(_ id: String) async throws -> [FileRecord] {
        try await database.read { try FileStore(db: $0).list(id) }
    }

    package func steps(_ id: String, purpose: StepRecord.Purpose = .delivery) async throws -> [StepRecord] {
        try await database.read { try StepStore(db: $0).list(run: id, purpose: purpose) }
    }

    package static let delivers = "it is delivering already, and finishes"
    /// What a stop has done that was not refused to one that delivers.
    package static let stopsChildren =
        "It finishes its delivery and starts no other runs; those it has started are asked to stop."

    /// Whether a stop of a run that delivers would reach any that it has led to, or will.
    package func hasToStop(_ run: RunRecord) async throws -> Bool {
        let doors = doors
        return try await database.read { try RunFamily(db: $0, doors: doors).hasToStop(run) }
    }

    /// `discarding` leaves with the session what it has written so far; otherwise that is fetched and kept. The first stop
    /// settles it, and fetching them does. One that delivers finishes: it starts no others, and those it has started are asked to stop.
    package func stop(
        _ id: String, by person: String, reason: String?, discarding: Bool = false
    ) async throws -> RunRecord {
        let why = reason.map { ": \($0.prefix(300))" } ?? ""
        let cause = RunCause(.byPerson, "Stopped by \(person)\(why).")
        let (transitions, doors, now) = (transitions, doors, doors.now())
        return try await refusing(verb: "stopped", id) {
            try await database.write { db in
                let before = try RunStore(db: db).find(id)
                if let before, before.state == .delivering, try !RunFamily(db: db, doors: doors).hasToStop(before) {
                    throw Refused(
                        kind: .notNow,
                        description: "run \(id) cannot be stopped: \(Self.delivers), so that no place is left half done"
                    )
                }
                let run = try transitions.apply(.stopAsked(cause), to: id, lease: nil, in: db)
                guard let before, before.stopCause == nil, ![.collecting, .delivering].contains(before.state) else {
                    guard !discarding else {
                        throw Refused(
                            kind: .notNow, description: "run \(id): what becomes of its files is settled already")
                    }
                    return run
                }
                try RunStore(db: db).discardFiles(id, discarding)
                if discarding {
                    try RunEventStore(db: db).append(
                        id, kind: "stop", detail: "its files are not to be kept, says \(person)", now: now)
                }
                return run
            }
        }
    }

    /// A waiting run goes before every other of its client and agent, and is looked at now. Limits and budgets hold.
    package func putFirst(_ id: String, by person: String) async throws -> RunRecord {
        let now = doors.now()
        return try await database.write { db in
            guard try RunStore(db: db).putFirst(id, now: now), let run = try RunStore(db: db).find(id) else {
                throw Refused(kind: .notNow, description: "run \(id) does not wait in the queue any more")
            }
            try RunEventStore(db: db).append(id, kind: "queued", detail: RunEventStore.putFirst + person, now: now)
            return run
        }
    }

    /// Stops a run only if nobody has begun it. False when somebody has.
    func dropWaiting(_ id: String, by person: String) async throws -> Bool {
        let transitions = transitions
        let cause = RunCause(.byPerson, "Taken out of the queue by \(person).")
        return try await database.write { db in
            guard let run = try RunStore(db: db).find(id), run.state == .queued, run.leaseOwner == nil else {
                return false
            }
            try transitions.apply(.stopAsked(cause), to: id, lease: nil, in: db)
            return true
        }
    }

    package func retry(_ id: String) async throws -> RunRecord {
        try await apply(.retried, id, verb: "tried again")
    }

    /// A waiting run is looked at again, because its task or client has changed.
    package func recheck(_ id: String) async throws -> RunRecord {
        try await apply(.infoChanged, id, verb: "looked at again")
    }

    /// Finishes what is missing of the delivery, of one channel when it is named; what has a receipt is not touched. Who
    /// names a channel wants what somebody has left undone there too.
    package func deliver(_ id: String, channel: StepRecord.Channel?) async throws -> RunRecord {
        try await deliver(id, channels: channel.map { [$0] } ?? [], evenLeftUndone: channel != nil)
    }

    /// The same for several channels at once; for each of them when none is named.
    func deliver(
        _ id: String, channels: Set<StepRecord.Channel>, evenLeftUndone: Bool = false
    ) async throws -> RunRecord {
        let (transitions, now) = (transitions, doors.now())
        let named: [StepRecord.Channel?] =
            channels.isEmpty ? [nil] : channels.sorted { $0.rawValue < $1.rawValue }.map(Optional.some)
        return try await refusing(verb: "delivered again", id) {
            try await database.write { db in
                let before = try RunStore(db: db).find(id), store = StepStore(db: db)
                let run = try transitions.apply(.deliverAgain, to: id, lease: nil, in: db)
                for channel in named {
                    if evenLeftUndone { try store.restartLeftUndone(run: id, channel: channel, now: now) }
                    _ = try store.reopen(run: id, channel: channel, evenLeftUndone: evenLeftUndone, now: now)
                    try store.recheckDelivered(run: id, channel: channel)
                }
                if let before { try expectWork(of: before, channels, db) }
                // Several are the run's whole delivery; but what was stopped delivers only what somebody asked for.
                if let first = named[0], named.count == 1 || run.stopCause != nil {
                    try RunStore(db: db).deliverOnly(id, first)
                }
                return run
            }
        }
    }

    /// A new run of the same agent with the same input and the same limit, under the agent's config of today. `payload`
    /// is its input where somebody changed it.
    package func again(
        _ id: String, agent: LoadedAgent, by person: String, from source: NewRun.TriggerSource = .cli,
        payload: String? = nil
    ) async throws -> RunRecord {
        let old = try await find(id)
        let wasPutFirst = try await database.read { try RunEventStore(db: $0).wasPutFirst(old.id) }
        let new = NewRun(
            agent: old.agent, agentVersion: agent.config.version, configHash: agent.hash, triggerSource: source,
            requestedBy: person, dedupeKey: "again/\(doors.makeID())", clientSlug: old.clientSlug,
            clientName: old.clientName,
            taskID: old.taskID, taskTool: old.taskTool, payload: payload ?? old.payload, costMax: old.costMax,
            hasThread: agent.hasThread,
            // That a person put the old one first was said of that one.
            priority: wasPutFirst ? 0 : old.priority, againOf: old.id)
        return try await start(new)
    }

    package func start(_ new: NewRun) async throws -> RunRecord {
        let (id, now) = (doors.makeID(), doors.now())
        return try await database.write { db in
            let store = RunStore(db: db)
            guard try store.insert(new, id: id, now: now) else {
                guard let old = try store.find(dedupeKey: new.dedupeKey), let run = try store.find(old.id) else {
                    throw RunMoved(runID: id)
                }
                return run
            }
            try RunRepeats(db: db).begun(id, new, now: now)
            guard let run = try store.find(id) else { throw RunMoved(runID: id) }
            return run
        }
    }

    private func apply(_ event: RunMachine.Event, _ id: String, verb: String) async throws -> RunRecord {
        let transitions = transitions
        return try await refusing(verb: verb, id) {
            try await database.write { try transitions.apply(event, to: id, lease: nil, in: $0) }
        }
    }

    func refusing(verb: String, _ id: String, _ body: () async throws -> RunRecord) async throws -> RunRecord {
        do { return try await body() } catch let rejected as RunMachine.Rejected {
            throw Refused(
                kind: .notNow, description: "run \(id) cannot be \(verb): it is \(rejected.state.word.lowercased())")
        }
    }
}
