import BureauDomain
import BureauStorage
import BureauVendors
import Logging
import ServiceLifecycle

/// Sends what people must be told. A notice waits in the database until it is sent: while Slack is down it is tried
/// again for a day, and the log says so.
package struct NoticeWorker: Service {
    let parts: EngineParts
    let owner: String
    let wake: WakeSignal
    /// Only of this run, for a command that does its own work.
    let onlyRun: String?
    static let batchMax = 20
    static let pollMilliseconds = 1_000, flightMilliseconds: Int64 = 5_000
    static let othersFirstMilliseconds: Int64 = 15_000

    package init(parts: EngineParts, owner: String, wake: WakeSignal, onlyRun: String? = nil) {
        self.onlyRun = onlyRun
        self.parts = parts
        self.owner = owner
        self.wake = wake
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown { try await work() }
    }

    /// One loop takes what is due, as much as each line has room for; each run's notices of a channel go out beside all
    /// others, so that a tool that lets us wait holds up nobody but itself.
    private func work() async throws {
        let lines = NoticeLines(accounts: parts.credentialSets.count + 1)
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled {
                do {
                    let claimed = try await claim(lines.room)
                    for chain in lines.add(claimed) {
                        group.addTask {
                            await send(chain, lines)
                            wake.raise()
                        }
                    }
                    if claimed.isEmpty { await wake.wait(milliseconds: Self.pollMilliseconds) }
                } catch is CancellationError { break } catch {
                    parts.logger.error("notices could not be sent", metadata: ["why": "\(error)"])
                    try await parts.doors.sleep(.milliseconds(Self.pollMilliseconds))
                }
            }
            group.cancelAll()
        }
    }

    /// Sends what is due now and returns how many were looked at.
    package func sendDue() async throws -> Int {
        let lines = NoticeLines(accounts: parts.credentialSets.count + 1)
        let claimed = try await claim(lines.room)
        await withDiscardingTaskGroup { group in
            for chain in lines.add(claimed) { group.addTask { await send(chain, lines) } }
        }
        return claimed.count
    }

    private func claim(_ room: [StepRecord.Channel: Int]) async throws -> [StepRecord] {
        let (now, owner, only) = (parts.doors.now(), owner, onlyRun)
        let roomy = room.filter { $0.value > 0 }
        // A read first: an idle server should not write.
        let isDue = try await parts.database.read { db in
            try roomy.keys.contains { try StepStore(db: db).isNoticeDue($0, now: now, only: only) }
        }
        guard isDue else { return [] }
        return try await parts.database.write { db in
            try NoticeLines.channels.flatMap { channel in
                try StepStore(db: db).claimNotices(
                    owner: owner, limit: min(roomy[channel] ?? 0, Self.batchMax), now: now, only: only, channel: channel
                )
            }
        }
    }

    /// One run's notices of one channel in their order, also those that come while it is being sent.
    private func send(_ chain: NoticeLines.Chain, _ lines: NoticeLines) async {
        // Decided once: what is handed back must not be overtaken by what comes behind it.
        var mayGo: Bool?
        var label = CallLabel.current
        while !Task.isCancelled, let step = lines.next(chain) {
            do {
                if mayGo == nil {
                    let account: String
                    (account, label) = try await whose(step)
                    mayGo = lines.enter(chain, account) != nil
                }
                if mayGo == true {
                    try await CallLabel.$current.withValue(label) { try await send(step) }
                } else {
                    try await handBack(step)
                }
            } catch is CancellationError {} catch {
                // Its claim runs out, and then it is looked for.
                parts.logger.error("a notice could not be sent", metadata: ["step": "\(step.id)", "why": "\(error)"])
            }
            lines.settle(chain, step)
        }
    }

    /// Whose Slack or task tool it is, one name for all while there is only one account; and whose work, as the calls of
    /// the run itself say it.
    private func whose(_ step: StepRecord) async throws -> (account: String, label: String) {
        guard let id = step.runID, let run = try await parts.database.read({ try RunStore(db: $0).find(id) })
        else { return ("", CallLabel.current) }
        let label = run.clientSlug ?? run.agent
        guard !parts.credentialSets.isEmpty else { return ("", label) }
        let agent = try await parts.catalog.version(run.configHash)
        return ((try? await parts.using(run: run, agent: agent))?.settings.credentialSet ?? "", label)
    }

    /// Its account has as many on their way as it may: the others' go first.
    private func handBack(_ step: StepRecord) async throws {
        try await postpone(step, until: parts.doors.now() + Self.othersFirstMilliseconds, step.error)
    }

    private func send(_ step: StepRecord) async throws {
        var made: (any OutboundWrite)?
        var (hasLeft, isAbsent) = (false, false)
        do {
            guard let write = try await write(for: step) else {
                return try await settle(step, .failed, Self.notConnected(step.channel))
            }
            made = write
            if step.state == .intended {
                switch try await write.probe() {
                case .found(let receipt): return try await settle(step, receipt: receipt, write.sent)
                case .absent where isOnItsWay(step): throw NoticePlace.NotYet()
                case .absent: isAbsent = true
                case .unknown(let why): return try await settle(step, .doubtful, why)
                }
            }
            // Nil: another worker has taken it meanwhile, or sent it already.
            guard let limit = try await intend(step) else { return }
            hasLeft = true
            let receipt = try await SendLimit.$current.withValue(limit) { try await write.write() }
            try await settle(step, receipt: receipt, write.sent)
        } catch let error as VendorError {
            try Task.checkCancellation()
            let mayBeThere = (step.state == .intended && !isAbsent) || (hasLeft && error.mayHaveHappened)
            try await failed(step, error, made, mayBeThere: mayBeThere)
        } catch let problem as StepProblem {
            try await settle(step, .failed, problem.description)
        } catch let doubt as StepDoubt {
            try await settle(step, .doubtful, doubt.why)
        } catch let notYet as NoticePlace.NotYet {
            let why = isOnItsWay(step) ? nil : notYet.why
            try await postpone(step, until: parts.doors.now() + notYet.milliseconds, why)
        }
    }

    private func postpone(_ step: StepRecord, until due: Int64, _ why: String?) async throws {
        let owner = owner
        _ = try await parts.database.write {
            try StepStore(db: $0).postpone(step.id, until: due, error: why, owner: owner)
        }
    }

    /// Returns until when it may be sent: as long as its claim, which begins anew, surely holds.
    private func intend(_ step: StepRecord) async throws -> SendLimit? {
        let (owner, doors) = (owner, parts.doors)
        let since = try await parts.database.write { db -> Int64? in
            let since = doors.steady()
            return try StepStore(db: db).intend(step.id, owner: owner, now: doors.now()) ? since : nil
        }
        return since.map {
            SendLimit(steady: doors.steady, untilMilliseconds: $0 + StepStore.claimSendMilliseconds)
        }
    }

    /// Sent a moment ago by a process that is gone, with no answer: what is absent may yet come.
    private func isOnItsWay(_ step: StepRecord) -> Bool {
        guard step.error == nil, let sent = step.lastSentAt else { return false }
        let age = parts.doors.now() - sent
        return age >= 0 && age < Self.flightMilliseconds
    }

    /// It comes again later, for a day at most. Where it may be there it is looked for first; what nobody can look for
    /// is not written again.
    private func failed(_ step: StepRecord, _ error: VendorError, _ made: (any OutboundWrite)?, mayBeThere: Bool)
        async throws
    {
        parts.counters.add(.vendorErrors, ["vendor": error.vendor.rawValue])
        if error.isRetryable, try await again(step, error, mayBeThere: mayBeThere) { return }
        guard mayBeThere else { return try await settle(step, .failed, error.sentence, mayBeThere: false) }
        guard let made else { return try await settle(step, .doubtful, error.sentence) }
        try await lookOnceMore(step, error, made)
    }

    /// Its tries are used up, or its answer could not be read: the mark decides, and where nobody can look a person.
    private func lookOnceMore(_ step: StepRecord, _ error: VendorError, _ made: any OutboundWrite) async throws {
        do {
            switch try await made.probe() {
            case .found(let receipt): try await settle(step, receipt: receipt, made.sent)
            case .absent: try await settle(step, .failed, error.sentence)
            case .unknown(let why): try await settle(step, .doubtful, why)
            }
        } catch let second as VendorError {
            try Task.checkCancellation()
            if second.isRetryable, try await again(step, second, mayBeThere: true) { return }
            let how = second.sentence == error.sentence ? ", in the same way." : ": \(second.sentence)"
            try await settle(step, .doubtful, "\(error.sentence) Looking for it failed too\(how)")
        } catch let problem as StepProblem {
            try await settle(step, .failed, problem.description)
        }
    }

    /// False when its tries are used up. What the tool has surely not taken need not be looked for.
    private func again(_ step: StepRecord, _ error: VendorError, mayBeThere: Bool) async throws -> Bool {
        guard let backoff = Backoff.notice.milliseconds(tries: step.attempts, doors: parts.doors) else { return false }
        var wait = backoff
        // Never sooner than its tries are laid out for: they shall last a day however little a storm asks for.
        if case .limited(let asked?) = error.kind { wait = max(asked, backoff) }
        parts.logger.warning(
            "notice waits",
            metadata: [
                "step": "\(step.id)", "channel": "\(step.channel.rawValue)", "why": "\(error)",
                "again_in_ms": "\(wait)",
            ])
        let (id, due, tries, owner) = (step.id, parts.doors.now() + wait, step.attempts, owner)
        try await parts.database.write { db in
            if !mayBeThere { try StepStore(db: db).refused(id, owner: owner) }
            guard try StepStore(db: db).postpone(id, until: due, error: error.sentence, owner: owner) else { return }
            // One that failed before it was to be sent was tried all the same.
            try db.execute("UPDATE step SET attempts = ? WHERE id = ? AND attempts = ?", [tries + 1, id, tries])
        }
        return true
    }

    private func settle(_ step: StepRecord, receipt: String, _ sent: SentContent?) async throws {
        parts.counters.add(.notices, ["outcome": "sent"])
        let (id, now, doors) = (step.id, parts.doors.now(), parts.doors)
        let isTold = try await parts.database.write { db in
            try StepStore(db: db).markDone(id, receipt: receipt, sent: sent, now: now)
            let alarm = NoticeAlarm(db: db, doors: doors)
            try alarm.settled(step)
            return try alarm.reachedNobody(step)
        }
        if isTold { wake.raise() }
    }

    /// What is in doubt waits for somebody's word. Of a notice of no run that is said among what was set aside, where
    /// trying it again looks first.
    private func settle(_ step: StepRecord, _ end: StepRecord.State, _ why: String, mayBeThere: Bool = true)
        async throws
    {
        let isInDoubt = end == .doubtful
        parts.counters.add(.notices, ["outcome": end.rawValue])
        parts.logger.error(
            isInDoubt ? "nobody can tell whether a notice was delivered" : "a notice could not be delivered",
            metadata: ["step": "\(step.id)", "channel": "\(step.channel.rawValue)", "why": "\(why)"])
        let (id, now, doors, owner) = (step.id, parts.doors.now(), parts.doors, owner)
        let hasRun = step.runID != nil
        let state: StepRecord.State = hasRun ? end : .failed
        let said = isInDoubt && !hasRun ? "Nobody can tell whether it was posted: \(why)" : why
        let isTold = try await parts.database.write { db in
            if !mayBeThere { try StepStore(db: db).refused(id, owner: owner) }
            // What somebody else has settled meanwhile, or is sending, was not given up.
            guard try StepStore(db: db).markFailed(id, state: state, error: said, now: now, owner: owner) else {
                return false
            }
            let alarm = NoticeAlarm(db: db, doors: doors)
            let isGivenUpTold = try alarm.givenUp(step, why, isInDoubt: isInDoubt)
            return try alarm.reachedNobody(step) || isGivenUpTold
        }
        if isTold { wake.raise() }
    }

    static func notConnected(_ channel: StepRecord.Channel) -> String {
        "\(channel.label) is not connected, so nobody was told"
    }
}
