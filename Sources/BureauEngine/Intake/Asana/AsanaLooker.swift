import BureauDomain
import BureauStorage
import BureauVendors
import Logging
import ServiceLifecycle

/// Looks at tasks on which something happened: once for all that happened together.
package struct AsanaLooker: Service {
    let parts: EngineParts
    let signal: WakeSignal
    /// Called when a run began.
    let wake: @Sendable () -> Void
    static let pollMilliseconds = 500
    static let batchMax = 100
    static let looksAtOnceMax = 4
    static let triesMax = 30
    static let againMillisecondsMax: Int64 = 10 * 60_000

    package init(parts: EngineParts, signal: WakeSignal, wake: @escaping @Sendable () -> Void) {
        self.parts = parts
        self.signal = signal
        self.wake = wake
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await lookAtDue() == 0 { await signal.wait(milliseconds: Self.pollMilliseconds) }
                } catch is CancellationError { return } catch {
                    parts.logger.error("tasks of Asana could not be looked at", metadata: ["why": "\(error)"])
                    try await parts.doors.sleep(.milliseconds(Self.pollMilliseconds))
                }
            }
        }
    }

    /// Returns how many tasks were looked at.
    @discardableResult
    package func lookAtDue() async throws -> Int {
        let now = parts.doors.now()
        let due = try await parts.database.read { try AsanaHintStore(db: $0).due(now: now, limit: Self.batchMax) }
        for start in stride(from: 0, to: due.count, by: Self.looksAtOnceMax) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for hint in due[start..<min(start + Self.looksAtOnceMax, due.count)] {
                    group.addTask { try await look(hint) }
                }
                try await group.waitForAll()
            }
        }
        return due.count
    }

    private func look(_ hint: AsanaHint) async throws {
        let own: EngineParts
        do { own = try parts.using(hint.account.isEmpty ? nil : hint.account) } catch {
            return try await settle(hint, .parked(because: error.description))
        }
        guard let asana = own.connections.asana else {
            return try await settle(hint, .parked(because: WorkToolKind.asana.missing(in: own.settings.credentialSet)))
        }
        let signals = try await parts.database.read { try AsanaHintStore(db: $0).waiting(hint) }
        do throws(VendorError) {
            let task = try await asana.task(hint.taskID)
            try await decide(hint, task, signals, own)
        } catch {
            try Task.checkCancellation()
            try await failed(hint, error, signals, own)
        }
    }

    private func decide(_ hint: AsanaHint, _ task: AsanaTask, _ signals: [String], _ own: EngineParts)
        async throws(VendorError)
    {
        let (watches, doors) = (AsanaWatches(own), parts.doors)
        do {
            let verdict = try await parts.database.write { db in
                let verdict = try AsanaDecision(db: db, watches: watches, doors: doors).take(
                    task, arrival: hint.arrival, move: hint.move)
                try AsanaLookStore(db: db).put(
                    hint.account, hint.taskID, seenUntil: task.modifiedAt ?? 0, now: doors.now())
                try AsanaHintStore(db: db).settle(hint, signals: signals, verdict, now: doors.now())
                return verdict
            }
            // One that goes on again is work as well.
            if case .duplicate = verdict { wake() }
            guard case .run(let id) = verdict else { return }
            parts.logger.info("a task started a run", metadata: ["task": "\(hint.taskID)", "run": "\(id)"])
            wake()
        } catch {
            parts.logger.error("a look could not be written down", metadata: ["why": "\(error)"])
            let due = doors.now() + Self.againMillisecondsMax / 60
            try? await parts.database.write { try AsanaHintStore(db: $0).postpone(hint, until: due) }
        }
    }

    private func failed(_ hint: AsanaHint, _ error: VendorError, _ signals: [String], _ own: EngineParts) async throws {
        if case .rejected(404, _) = error.kind {
            let (watches, doors) = (AsanaWatches(own), parts.doors)
            return try await parts.database.write { db in
                try AsanaDecision(db: db, watches: watches, doors: doors).gone(hint.taskID)
                let verdict = Verdict.ignored(because: "the task is gone, or not ours to see")
                try AsanaHintStore(db: db).settle(hint, signals: signals, verdict, now: doors.now())
            }
        }
        parts.logger.warning(
            "a task of Asana could not be read", metadata: ["task": "\(hint.taskID)", "why": "\(error)"])
        guard error.isRetryable, hint.tries + 1 < Self.triesMax else {
            return try await settle(hint, .parked(because: "the task could not be read. \(error.sentence)"))
        }
        var wait = min(Self.againMillisecondsMax, 1_000 << Int64(min(hint.tries, 10)))
        if case .limited(let asked?) = error.kind { wait = max(wait, asked) }
        let due = parts.doors.now() + wait
        try await parts.database.write { try AsanaHintStore(db: $0).postpone(hint, until: due) }
    }

    private func settle(_ hint: AsanaHint, _ verdict: Verdict) async throws {
        let now = parts.doors.now()
        try await parts.database.write { db in
            let store = AsanaHintStore(db: db)
            try store.settle(hint, signals: try store.waiting(hint), verdict, now: now)
        }
    }
}
