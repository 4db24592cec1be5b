import BureauDomain
import BureauStorage
import BureauVendors
import Logging
import ServiceLifecycle

/// Keeps each run's message in Slack true: posts it once, replaces it when the run has moved, and now and then when
/// only its figures have. Bounded: so many writes a minute over all runs of an account, ends before beginnings before
/// figures.
package struct RunThreadWorker: Service {
    let parts: EngineParts
    let lock: OwnerLock
    static let batchMax = 10, pollMilliseconds = 500
    static let spacingMilliseconds: Int64 = 1_000, progressSpacingMilliseconds: Int64 = 20_000
    /// After a look that found nothing new. A run that waits for people shows the same for hours.
    static let quietSpacingMilliseconds: Int64 = 120_000
    static let triesMax = 20
    static let waitingMax = 200
    static let patienceMilliseconds: Int64 = 5_000, lookBackMilliseconds: Int64 = 120_000

    /// A command's process ends with its run: what it has changed is shown before it goes.
    let finishes: Bool
    static let lastLooksMax = 5

    package init(parts: EngineParts, lock: OwnerLock, finishes: Bool = false) {
        self.parts = parts
        self.lock = lock
        self.finishes = finishes
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown { try await work() }
        guard finishes else { return }
        for _ in 0..<Self.lastLooksMax {
            _ = try? await lookOnce()
            guard try await parts.database.read({ try RunThreadStore(db: $0).isAnyEndUntold }) else { return }
            try await parts.doors.sleep(.milliseconds(Self.pollMilliseconds))
        }
    }

    /// One loop takes what is due; each account's messages are kept beside all others', one after the other, so that a
    /// Slack that lets us wait holds up no other one's.
    private func work() async throws {
        let lines = RunThreadLines(accounts: parts.credentialSets.count + 1)
        let wake = WakeSignal(doors: parts.doors)
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                do {
                    let due = try await lines.areAllBusy ? [] : takeDue(limit: Self.batchMax, besides: lines.runs)
                    var behind: [(thread: RunThread, waitMilliseconds: Int64)] = []
                    for (account, threads) in try await byAccount(due) {
                        let share = lines.begin(account, threads.map(\.runID), now: parts.doors.now())
                        let wait = share.othersWaitMilliseconds
                        behind += threads.dropFirst(share.count).map { (thread: $0, waitMilliseconds: wait) }
                        guard share.count > 0 else { continue }
                        group.addTask {
                            if await keep(Array(threads.prefix(share.count)), of: account, lines) { wake.raise() }
                        }
                    }
                    try await release(behind)
                    // Those behind them are due as well.
                    if !behind.isEmpty { continue }
                } catch is CancellationError { break } catch {
                    parts.logger.error("the runs' messages could not be kept", metadata: ["why": "\(error)"])
                }
                await wake.wait(milliseconds: Self.pollMilliseconds)
            }
            group.cancelAll()
        }
    }

    /// Whether something was written: then there may be more to do at once.
    private func keep(_ line: [RunThread], of account: String, _ lines: RunThreadLines) async -> Bool {
        var count = 0
        do { count = try await keep(line) } catch is CancellationError {} catch {
            parts.logger.error("the runs' messages could not be kept", metadata: ["why": "\(error)"])
        }
        lines.end(account, writes: count, now: parts.doors.now())
        return count > 0
    }

    /// Returns how many writes were made or tried.
    package func lookOnce(limit: Int = batchMax) async throws -> Int {
        let lines = try await byAccount(try await takeDue(limit: limit, besides: []))
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for (_, line) in lines { group.addTask { try await keep(line) } }
            return try await group.reduce(0, +)
        }
    }

    /// `besides`: what is in hand is not taken once more.
    private func takeDue(limit: Int, besides inHand: [String]) async throws -> [RunThread] {
        let (now, owner) = (parts.doors.now(), lock.owner)
        let others = try await parts.database.read { try RunThreadStore(db: $0).otherOwners(than: owner) }
        for dead in others.filter({ lock.isDead($0) }) {
            try await parts.database.write { try RunThreadStore(db: $0).free(ofOwner: dead) }
        }
        try await openWaiting(now)
        let isAnyDue = try await parts.database.read {
            try RunThreadStore(db: $0).isAnyDue(owner: owner, now: now, besides: inHand)
        }
        guard isAnyDue else { return [] }
        return try await parts.database.write {
            try RunThreadStore(db: $0).claim(owner: owner, limit: limit, now: now, besides: inHand)
        }
    }

    private func keep(_ line: [RunThread]) async throws -> Int {
        var count = 0
        for (index, thread) in line.enumerated() {
            do {
                let outcome = try await keep(thread)
                if outcome != .unchanged { count += 1 }
                // What Slack has just said of one message it would say of the next: they come later, and nobody waits.
                guard case .limited(let wait) = outcome else { continue }
                try await release(line[(index + 1)...].map { (thread: $0, waitMilliseconds: wait) })
                return count
            } catch is RunMoved {
                // Another worker keeps it now, or it was held back for too long: the next look tells what is left.
                try await postpone(thread, Backoff.notice.milliseconds(repeating: thread.tries, doors: parts.doors))
            }
        }
        return count
    }

    private func byAccount(_ threads: [RunThread]) async throws -> [(account: String, threads: [RunThread])] {
        guard !threads.isEmpty else { return [] }
        guard !parts.credentialSets.isEmpty else { return [("", threads)] }
        var lines: [String: [RunThread]] = [:]
        for thread in threads {
            let run = try await parts.database.read { try RunStore(db: $0).find(thread.runID) }
            var name = ""
            if let run {
                let agent = try await parts.catalog.version(run.configHash)
                name = (try? await parts.using(run: run, agent: agent))?.settings.credentialSet ?? ""
            }
            lines[name, default: []].append(thread)
        }
        return lines.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private enum Outcome: Hashable, Sendable {
        case unchanged
        /// Slack was asked for something.
        case asked
        /// Slack wants to be left alone so long.
        case limited(milliseconds: Int64)
    }

    /// Whoever waits for a turn is told of after some seconds.
    private func openWaiting(_ now: Int64) async throws {
        let from = now - Self.patienceMilliseconds - Self.lookBackMilliseconds
        let waiting = try await parts.database.read {
            try RunThreadStore(db: $0).waitingWithout(
                from: from, until: now - Self.patienceMilliseconds, limit: Self.waitingMax)
        }
        var ids: [String] = []
        for (run, config) in waiting where try await parts.catalog.version(config)?.hasThread == true {
            ids.append(run)
        }
        guard !ids.isEmpty else { return }
        try await parts.database.write { [ids] db in
            for id in ids { try RunThreadStore(db: db).open(id, now: now) }
        }
    }

    private func keep(_ thread: RunThread) async throws -> Outcome {
        let run = try await parts.database.read { try RunStore(db: $0).find(thread.runID) }
        guard let run else { return try await close(thread) }
        return try await CallLabel.$current.withValue(run.clientSlug ?? run.agent) { try await keep(thread, run) }
    }

    private func keep(_ thread: RunThread, _ run: RunRecord) async throws -> Outcome {
        let agent = try await parts.catalog.version(run.configHash)
        // An account that is not configured has no Slack to tell.
        guard let account = try? await parts.using(run: run, agent: agent), let slack = account.connections.slack,
            let config = agent?.config.delivery.slack
        else { return try await close(thread) }
        do {
            guard let place = thread.place else {
                return try await post(thread, run, agent, account, slack, config.channel)
            }
            return try await replace(thread, place, run, try await message(run, agent, place.channel), slack)
        } catch let error as VendorError {
            try Task.checkCancellation()
            return try await failed(thread, error)
        }
    }

    private func replace(
        _ thread: RunThread, _ place: SlackPosted, _ run: RunRecord, _ message: (message: SlackMessage, hash: String),
        _ slack: SlackClient
    ) async throws -> Outcome {
        guard message.hash != thread.shownHash else {
            try await shown(thread, place, run, message.hash)
            return .unchanged
        }
        let owner = lock.owner
        // It may have been kept so long that another worker shows newer things by now.
        let limit = try await sendLimit(run.id)
        do {
            _ = try await SendLimit.$current.withValue(limit) { try await slack.update(place, with: message.message) }
        } catch let error as VendorError {
            guard let refusal = SlackEditRefusal(error) else { throw error }
            let end = RunThreadEnd(parts: parts, owner: owner, slack: slack)
            // How far it is nobody can be shown any more; that it is over, and how, is said below.
            if run.state.isFinal {
                switch try await end.post(message.message, of: run, below: place, refusal) {
                case .told: break
                case .notYet(let why): return try await again(thread, "Its end could not be posted. \(why)")
                case .doubtful(let step, let why): return try await doubted(thread, run, step, why)
                }
            }
        }
        try await shown(thread, place, run, message.hash)
        return .asked
    }

    /// Throws when another worker has the run's message by now.
    private func claim(_ runID: String) -> @Sendable (any Connection) throws -> Void {
        { [owner = lock.owner, doors = parts.doors] in
            try RunThreadStore(db: $0).keep(runID, owner: owner, now: doors.now())
        }
    }

    private func sendLimit(_ runID: String) async throws -> SendLimit {
        let (owner, doors) = (lock.owner, parts.doors)
        let since = try await parts.database.write { db in
            let since = doors.steady()
            try RunThreadStore(db: db).keep(runID, owner: owner, now: doors.now())
            return since
        }
        return SendLimit(steady: doors.steady, untilMilliseconds: since + RunThreadStore.sendMilliseconds)
    }

    private func post(
        _ thread: RunThread, _ run: RunRecord, _ agent: LoadedAgent?, _ account: EngineParts, _ slack: SlackClient,
        _ configured: String
    ) async throws -> Outcome {
        // Nobody needs to hear of work that was not wanted.
        guard run.state != .ignored else { return try await close(thread) }
        let directory = SlackDirectory(account, slack), general = account.settings.resultsChannel
        let channel = try await directory.channel(configured, otherwise: general)
        let now = parts.doors.now()
        let step = try await parts.database.write { db in
            try StepStore(db: db).reopenOne(run.id, now: now)
            return try StepStore(db: db).find(run.id)
        }
        guard let step else { return try await close(thread) }
        let message = try await message(run, agent, channel)
        if let receipt = try step.receipt(as: DeliveryReceipt.self), let place = receipt.slackPlace {
            try await shown(thread, place, run, "")
            return .unchanged
        }
        // Somebody has said that it is there, and not where.
        guard step.state != .done else { return try await close(thread) }
        var write = SlackPost(slack: slack, message: message.message, mark: step.id, since: step.intendedAt ?? now)
        write.other = directory.other(than: channel, for: configured, otherwise: general)
        var runner = StepRunner(database: parts.database, doors: parts.doors, lease: nil)
        runner.claim = claim(run.id)
        runner.claimSendMilliseconds = RunThreadStore.sendMilliseconds
        switch try await runner.run(step, write) {
        case .done(let receipt):
            guard let place = try JSONText.decode(DeliveryReceipt.self, receipt).slackPlace else {
                return try await close(thread)
            }
            // One that was found again may show what was true before: it is replaced with the next look.
            try await shown(thread, place, run, step.state == .pending ? message.hash : "")
        case .failed(let why): return try await again(thread, why)
        case .doubtful(let why): return try await doubted(thread, run, step, why)
        }
        return .asked
    }

    /// While Slack does not even answer the look nobody can tell; it is looked for again before it is posted again. At
    /// last a person is asked, and what they decide takes the message up where it was left.
    private func doubted(_ thread: RunThread, _ run: RunRecord, _ step: StepRecord, _ why: String) async throws
        -> Outcome
    {
        guard thread.tries >= Self.triesMax else { return try await again(thread, why) }
        parts.logger.error(
            "a run's message could not be posted", metadata: ["run": "\(run.id)", "why": "\(why)"])
        try await Doubt(parts: parts, run: run, fence: claim(run.id)).tell(step, why)
        _ = try await close(thread)
        return .asked
    }

    private func message(_ run: RunRecord, _ agent: LoadedAgent?, _ channel: String) async throws
        -> (message: SlackMessage, hash: String)
    {
        let steps = try await parts.database.read { try StepStore(db: $0).list(run: run.id, purpose: .delivery) }
        let children = try await parts.database.read { try RunChildStore(db: $0).children(of: run.id) }
        let message = RunThreadMessage(
            run: run, agentName: agent?.config.displayName ?? run.agent, links: DeliveryLinks(steps),
            children: children, link: parts.settings.runLink(run.id)
        ).slack(channel: channel)
        return (message, Hex.sha256(Array("\(message.text)\(message.blocks)".utf8)))
    }

    private func shown(_ thread: RunThread, _ place: SlackPosted, _ run: RunRecord, _ hash: String) async throws {
        let (owner, now, doors) = (lock.owner, parts.doors.now(), parts.doors)
        // What is not known to be shown stays open, however final the run is.
        let isSure = !hash.isEmpty
        try await parts.database.write { db in
            let store = RunThreadStore(db: db)
            try store.shown(
                run, owner: owner, place: place, state: isSure ? run.state : .queued, hash: hash, now: now,
                spacing: isSure ? Self.spacingMilliseconds : 0,
                progressSpacing: isSure
                    ? (hash == thread.shownHash ? Self.quietSpacingMilliseconds : Self.progressSpacingMilliseconds) : 0)
            try NoticeAlarm(db: db, doors: doors).settled(run: thread.runID)
        }
    }

    private func failed(_ thread: RunThread, _ error: VendorError) async throws -> Outcome {
        parts.counters.add(.vendorErrors, ["vendor": error.vendor.rawValue])
        parts.logger.warning(
            "a run's message could not be replaced", metadata: ["run": "\(thread.runID)", "why": "\(error)"])
        // What stands there shows what is no longer true: a token that is refused may be valid again in a minute.
        guard error.isRetryable || thread.place != nil, thread.tries < Self.triesMax else {
            return try await giveUp(thread, error.sentence)
        }
        guard case .limited(let asked?) = error.kind else { return try await again(thread, error.sentence) }
        // Its tries are laid out for hours, however little a storm asks for.
        try await postpone(thread, max(asked, Backoff.notice.milliseconds(repeating: thread.tries, doors: parts.doors)))
        return .limited(milliseconds: max(asked, 1_000))
    }

    private func again(_ thread: RunThread, _ why: String) async throws -> Outcome {
        guard thread.tries < Self.triesMax else { return try await giveUp(thread, why) }
        try await postpone(thread, Backoff.notice.milliseconds(repeating: thread.tries, doors: parts.doors))
        return .asked
    }

    private func giveUp(_ thread: RunThread, _ why: String) async throws -> Outcome {
        parts.logger.error(
            "a run's message was given up", metadata: ["run": "\(thread.runID)", "why": "\(why)"])
        try await RunThreadLoss(parts: parts, owner: lock.owner).giveUp(thread.runID, why)
        return .asked
    }

    /// All in one write: a backlog would fill the disk's time with them.
    private func release(_ behind: [(thread: RunThread, waitMilliseconds: Int64)]) async throws {
        guard !behind.isEmpty else { return }
        let (owner, now) = (lock.owner, parts.doors.now())
        try await parts.database.write { db in
            for (thread, wait) in behind {
                try RunThreadStore(db: db).release(thread.runID, owner: owner, dueAt: now + wait)
            }
        }
    }

    private func postpone(_ thread: RunThread, _ wait: Int64) async throws {
        let (owner, due) = (lock.owner, parts.doors.now() + wait)
        try await parts.database.write { try RunThreadStore(db: $0).postpone(thread.runID, owner: owner, until: due) }
    }

    private func close(_ thread: RunThread) async throws -> Outcome {
        let owner = lock.owner, now = parts.doors.now()
        try await parts.database.write { db in
            try RunThreadStore(db: db).close(thread.runID, owner: owner)
            let nothing = try JSONText.encode(DeliveryReceipt(id: "nothing shown", link: nil))
            guard let step = try StepStore(db: db).find(thread.runID), step.state == .pending else { return }
            try StepStore(db: db).markDone(step.id, receipt: nothing, now: now)
        }
        return .unchanged
    }
}

extension DeliveryReceipt {
    /// Channel and timestamp of a Slack message's receipt.
    var slackPlace: SlackPosted? {
        let parts = id.split(separator: "/").map(String.init)
        return parts.count == 2 ? SlackPosted(channel: parts[0], ts: parts[1]) : nil
    }
}
