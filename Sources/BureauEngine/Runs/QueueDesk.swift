import BureauDomain
package import BureauStorage

/// What people ask of the queue: who waits and why, what was set aside, and what shall become of it.
package struct QueueDesk: Sendable {
    let database: any Database
    let doors: Doors

    package init(database: any Database, doors: Doors) {
        self.database = database
        self.doors = doors
    }

    /// What became of one dead letter or waiting run.
    package struct Outcome: Sendable, Hashable {
        package let id: String
        package let isDone: Bool
        /// Why not, or what happens now.
        package let sentence: String
    }

    package func figures() async throws -> QueueFigures {
        let now = doors.now()
        return try await database.read { try QueueFigures(db: $0, now: now) }
    }

    package func parked(_ filter: QueueFilter) async throws -> [DeadLetter] {
        try await database.read { try DeadLetterStore(db: $0).list(filter) }
    }

    /// Waiting runs, those that have waited longest first.
    package func waiting(_ filter: QueueFilter) async throws -> [RunRecord] {
        let (seen, slugs) = filter.seen("client_slug"), (named, ids) = filter.named("run.id")
        var values: [any SQLBindable] = [filter.agent, filter.agent, filter.client, filter.client]
        values += slugs + ids
        values.append(min(filter.limit, QueueFilter.limitMax))
        return try await database.query(
            """
            SELECT \(RunStore.columns) FROM run
            WHERE state = 'queued' AND lease_owner IS NULL AND (? IS NULL OR agent = ?)
                AND (? IS NULL OR client_slug = ?)\(seen)\(named)
            ORDER BY coalesce(queued_at, accepted_at), id LIMIT ?
            """, values
        ).map(RunRecord.init)
    }

    /// What each of these waiting runs waits for.
    package func holds(_ runs: [RunRecord], _ rules: QueueRules) async throws -> [QueueHold] {
        try await database.read { db in
            let holds = try QueueHolds(db: db, rules: rules)
            return try runs.map { try holds.hold(of: $0) }
        }
    }

    /// Tries dead letters again, one transaction each, the channels of one run together: one that cannot be tried again
    /// does not hold up the others.
    package func redrive(
        _ letters: [DeadLetter], replay: @Sendable (String) async throws -> Bool
    ) async throws -> [Outcome] {
        let channels = try await channels(letters)
        var outcomes: [Outcome] = []
        for letter in letters {
            do { outcomes.append(try await redrive(letter, channels, replay)) } catch let refused as RunDesk.Refused {
                outcomes.append(
                    Outcome(id: letter.id, isDone: false, sentence: "\(refused); \(try await advice(letter))"))
            }
        }
        return outcomes
    }

    /// What to do about one that cannot be tried again now.
    private func advice(_ letter: DeadLetter) async throws -> String {
        let run = try await database.read { db in try letter.runID.flatMap { try RunStore(db: db).find($0) } }
        return run?.state.isFinal == false ? "try it again when that is over" : "run it again to start a new one"
    }

    /// What of each run's delivery is tried again.
    private func channels(_ letters: [DeadLetter]) async throws -> [String: Set<StepRecord.Channel>] {
        try await database.read { db in
            var channels: [String: Set<StepRecord.Channel>] = [:]
            for letter in letters where letter.kind == .delivery {
                let store = StepStore(db: db)
                guard let run = letter.runID, let step = try store.find(letter.id), try !store.isLeftUndone(step.id)
                else { continue }
                channels[run, default: []].insert(step.channel)
            }
            return channels
        }
    }

    private func redrive(
        _ letter: DeadLetter, _ channels: [String: Set<StepRecord.Channel>],
        _ replay: @Sendable (String) async throws -> Bool
    ) async throws -> Outcome {
        let (desk, now) = (RunDesk(database: database, doors: doors), doors.now())
        switch letter.kind {
        case .run:
            let run = try await desk.retry(letter.id)
            return Outcome(id: letter.id, isDone: true, sentence: "the run is \(run.state.word.lowercased()) again")
        case .delivery:
            guard let run = letter.runID else { break }
            let (step, isLeft) = try await database.read {
                (try StepStore(db: $0).find(letter.id), try StepStore(db: $0).isLeftUndone(letter.id))
            }
            if let step, isLeft {
                return Outcome(
                    id: letter.id, isDone: false, sentence: "it is left undone. \(RunDesk.afterAll(step, of: run))")
            }
            // An earlier letter of the same run may have opened this one with it.
            if step?.state == .failed { _ = try await desk.deliver(run, channels: channels[run] ?? []) }
            return Outcome(id: letter.id, isDone: true, sentence: "the run delivers again")
        case .notice:
            let isOpen = try await database.write { try DeadLetterStore(db: $0).reopenNotice(letter.id, now: now) }
            return Outcome(
                id: letter.id, isDone: isOpen,
                sentence: isOpen ? "the notice is sent again" : "it was settled meanwhile")
        case .signal:
            let isKept = try await replay(letter.id)
            return Outcome(
                id: letter.id, isDone: isKept,
                sentence: isKept ? "the signal was taken in again" : "the signal was not kept whole")
        }
        return Outcome(id: letter.id, isDone: false, sentence: "it belongs to no run")
    }

    /// Dismisses dead letters: what they are about stays as it is.
    package func drop(_ letters: [DeadLetter], by person: String) async throws -> [Outcome] {
        let (now, doors) = (doors.now(), doors)
        try await database.write { db in
            for letter in letters {
                try DeadLetterStore(db: db).drop(letter.id, by: person, now: now)
                guard letter.kind == .notice, let step = try StepStore(db: db).find(letter.id) else { continue }
                try NoticeAlarm(db: db, doors: doors).settled(step)
            }
        }
        return letters.map { Outcome(id: $0.id, isDone: true, sentence: "dismissed") }
    }

    /// Takes waiting runs out of the queue: they end stopped.
    package func drop(_ runs: [RunRecord], by person: String) async throws -> [Outcome] {
        let desk = RunDesk(database: database, doors: doors)
        var outcomes: [Outcome] = []
        for run in runs {
            do {
                let moved = try await desk.dropWaiting(run.id, by: person)
                outcomes.append(
                    Outcome(
                        id: run.id, isDone: moved,
                        sentence: moved ? "the run is stopped" : "a worker has taken it meanwhile"))
            } catch let refused as RunDesk.Refused {
                outcomes.append(Outcome(id: run.id, isDone: false, sentence: refused.description))
            }
        }
        return outcomes
    }
}
