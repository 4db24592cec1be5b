import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// `delivering`: Drive first, for its links; then the other channels side by side. Each channel is a list of steps, and
/// a step with a receipt is never repeated.
struct DeliverStage: Stage {
    let parts: EngineParts
    let channels = ChannelCatalog()
    /// A run that waits for those it has started is looked at so often, besides being woken.
    static let lookAgainMilliseconds: Int64 = 5_000
    static let firstSignMilliseconds: Int64 = 500

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        if hand.run.reviewAcceptedAt != nil, hand.run.stopCause == nil,
            let refusal = try await hand.agent.config.executor.stages(parts).accepted(hand)
        {
            return try await sendBack(hand, refusal)
        }
        let files = try await parts.database.lookUp { [id = hand.run.id] in try FileStore(db: $0).list(id) }
        try await plan(hand, files)
        guard try await isFirstSignSettled(hand) else {
            return .rest(until: parts.doors.now() + Self.firstSignMilliseconds)
        }
        let decided = try await parts.database.lookUp { [id = hand.run.id] in try ReceiptStore(db: $0).decisions(id) }
        let open = try await steps(hand).filter { $0.isOpen && hand.run.mayDeliver($0) }
        let chosen = Set(open.map(\.channel))
        for kinds in Self.order(hand.run) { try await deliver(kinds.filter(chosen.contains), hand, files) }
        let problem = try await problem(hand, files)
        guard try await settle(hand, problem, tried: Set(open.map(\.id)), decided) else {
            return .rest(until: parts.doors.now() + Self.lookAgainMilliseconds)
        }
        return .moved
    }

    /// Drive first: the others tell its links. After an acceptance the task is told last: what it says of the others is
    /// what became of them.
    private static func order(_ run: RunRecord) -> [[StepRecord.Channel]] {
        run.reviewAcceptedAt == nil
            ? [[.googleDrive], [.clickUp, .asana, .slack, .folder]]
            : [[.googleDrive], [.slack, .folder], [.clickUp, .asana]]
    }

    private func isFirstSignSettled(_ hand: RunInHand) async throws -> Bool {
        guard hand.run.taskID != nil, hand.agent.config.delivery.task(on: hand.run.taskTool)?.startedStatus != nil
        else { return true }
        let (id, now) = (hand.run.id, parts.doors.now())
        return try await parts.write(hand.lease) { try StartedNotice.takeBack(id, now: now, in: $0) }
    }

    /// Starts the agents that come after this one, in the transaction that would end the run. False while any run that
    /// it has started goes on: the last one's end makes this run due again. False too when somebody has decided on a write
    /// meanwhile: it was not among those that were tried, or has been opened again since it was.
    private func settle(
        _ hand: RunInHand, _ problem: RunCause?, tried: Set<String>, _ decided: Int64
    ) async throws -> Bool {
        let (parts, lease) = (parts, hand.lease)
        let ended = try await parts.write(lease) { db -> RunRecord? in
            guard let run = try RunStore(db: db).find(lease.runID), run.leaseOwner == lease.owner,
                run.leaseEpoch == lease.epoch, run.state == .delivering
            else { throw RunMoved(runID: lease.runID) }
            guard try ReceiptStore(db: db).decisions(run.id) == decided else { return nil }
            let isLeft = try StepStore(db: db).list(run: run.id, purpose: .delivery).contains {
                $0.round == run.round && $0.isOpen && run.mayDeliver($0) && !tried.contains($0.id)
            }
            guard !isLeft else { return nil }
            let wasStopped = try RunFamily(db: db, doors: parts.doors).wasStopped(run.id)
            if run.stopCause == nil, !wasStopped, run.reviewAcceptedAt == nil, hand.agent.config.review != nil {
                return try parts.transitions.apply(
                    .reviewOpened(problem: problem), to: run.id, lease: lease, in: db)
            }
            if run.stopCause == nil, !wasStopped, run.deliverOnly == nil || problem == nil {
                try FanOutStarter(parts: parts).start(.afterDone, run, hand.agent, db)
            }
            let children = try RunChildStore(db: db).children(of: run.id)
            guard children.allSatisfy(\.state.isFinal) else { return nil }
            return try parts.transitions.apply(
                .channelsSettled(problem: problem), to: run.id, lease: lease, in: db)
        }
        guard let ended else { return false }
        if ended.state.isFinal { parts.counters.add(.runsEnded, ["state": ended.state.rawValue]) }
        parts.logger.info("run moved", metadata: ["run": "\(ended.id)", "state": "\(ended.state.rawValue)"])
        return true
    }

    /// The acceptance could not be carried out: people are told why, and may decide again.
    private func sendBack(_ hand: RunInHand, _ refusal: RunCause) async throws -> StageOutcome {
        let (doors, transitions, run) = (parts.doors, parts.transitions, hand.run)
        let at = run.reviewAcceptedAt ?? 0
        try await parts.write(hand.lease) { [lease = hand.lease] db in
            try RunStore(db: db).clearAcceptance(run.id)
            try FeedbackStore(db: db).reopenAcceptance(run.id)
            try WorkNote(db: db, doors: doors).say(
                ReviewMessages.notCarriedOut(refusal.sentence, runID: run.id), about: "accepted/\(at)", run)
            try transitions.apply(.reviewOpened(problem: refusal), to: run.id, lease: lease, in: db)
        }
        return .moved
    }

    private func plans(_ hand: RunInHand, _ files: [FileRecord]) throws -> [StepPlan] {
        let values = RunValues(hand.run, now: parts.doors.now()).all
        return try DeliveryPlan(config: hand.agent.config, run: hand.run, files: files, values: values).steps()
    }

    private func plan(_ hand: RunInHand, _ files: [FileRecord]) async throws {
        let plans = try plans(hand, files).filter { hand.run.mayDeliver($0.channel) }
        let (doors, id) = (parts.doors, hand.run.id)
        try await parts.write(hand.lease) { db in
            for plan in plans {
                try StepStore(db: db).plan(plan, run: id, purpose: .delivery, id: doors.makeID(), now: doors.now())
            }
        }
    }

    private func deliver(_ kinds: [StepRecord.Channel], _ hand: RunInHand, _ files: [FileRecord]) async throws {
        let steps = try await steps(hand)
        let fileProblem = FileProblems.cause(files, session: hand.run.sessionID ?? "", expected: [])?.sentence
        var report = DeliveryReport(
            hand, parts: parts, files: files, steps: steps,
            problem: trouble(steps) ?? (files.isEmpty ? fileProblem : nil))
        try await tellRound(&report, hand)
        try await compare(&report, hand)
        let context = DeliveryContext(
            parts: parts, hand: hand,
            runner: StepRunner(
                database: parts.database, doors: parts.doors, lease: hand.lease, limitedBackoff: .limitedStep),
            report: report)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for kind in kinds {
                let own = steps.filter { $0.channel == kind }
                guard let channel = channels[kind],
                    own.contains(where: \.isOpen)
                else { continue }
                group.addTask { try await channel.deliver(own, context) }
            }
            try await group.waitForAll()
        }
    }

    /// Steps of this round. What an older one did not deliver is not delivered any more: this one takes its place.
    private func steps(_ hand: RunInHand) async throws -> [StepRecord] {
        let (id, round) = (hand.run.id, hand.run.round)
        return try await parts.database.lookUp { try StepStore(db: $0).list(run: id, purpose: .delivery) }
            .filter { $0.round == round }
    }

    /// How far the score has moved since the last time.
    private func compare(_ report: inout DeliveryReport, _ hand: RunInHand) async throws {
        guard report.score != nil else { return }
        let run = hand.run
        let earlier = try await parts.database.read { try EarlierScore.find(before: run, $0) }
        report.compare(with: earlier, run, parts.settings.agencyZone)
    }

    /// What a later round answers, and the answer itself when no change was asked for.
    private func tellRound(_ report: inout DeliveryReport, _ hand: RunInHand) async throws {
        guard hand.run.round > 1, hand.run.reviewAcceptedAt == nil else { return }
        let (id, round) = (hand.run.id, hand.run.round)
        report.answering = try await parts.database.lookUp { try FeedbackStore(db: $0).asking(run: id, before: round) }
        report.isOnlyAnswer = report.answering.allSatisfy { $0.outcome == .answered }
        let isAsked = report.isOnlyAnswer || report.answering.contains { $0.outcome == .answered }
        guard isAsked, let session = hand.run.sessionID else { return }
        report.said = try LastWords.read(parts.settings.sessionLogFolder, session: session)
    }

    private func problem(_ hand: RunInHand, _ files: [FileRecord]) async throws -> RunCause? {
        if let trouble = trouble(try await steps(hand)) {
            let isInDoubt = try await steps(hand).contains { $0.state == .doubtful }
            let next =
                isInDoubt ? "Look there, then decide: bureau runs resolve" : "The files are safe: bureau runs deliver"
            return RunCause(.deliveryFailed, "\(trouble) \(next) \(hand.run.id)")
        }
        // A run that failed before it delivered is not done because one channel has its results.
        if hand.run.deliverOnly != nil, hand.run.stopCause == nil {
            let known = Set(
                try await steps(hand).filter { $0.state == .done }.map { [$0.channel.rawValue, $0.kind, $0.subject] })
            let left = try plans(hand, files).filter { !known.contains([$0.channel.rawValue, $0.kind, $0.subject]) }
            if let first = left.first {
                return RunCause(
                    .deliveryFailed,
                    "Only one channel was asked for; \(first.channel.label) is left. The files are safe: "
                        + "bureau runs deliver \(hand.run.id)")
            }
        }
        let expected = hand.agent.config.outputs.expected.map {
            $0.render(RunValues(hand.run, now: parts.doors.now()).all)
        }
        return FileProblems.cause(files, session: hand.run.sessionID ?? "", expected: expected)
    }

    /// One sentence about every step that did not work, or nil.
    private func trouble(_ steps: [StepRecord]) -> String? {
        let bad = steps.filter { $0.state == .failed || $0.state == .doubtful }
        guard !bad.isEmpty else { return nil }
        let lines = bad.prefix(4).map { step in
            let doubt = step.formerReceipt == nil ? "may or may not have happened" : "was taken away by somebody"
            let verb = step.state == .doubtful ? doubt : "failed"
            return
                "\(step.channel.label) \(step.kind) (\(step.subject)) \(verb): \((step.error ?? "no reason given").closed)"
        }
        let more = bad.count > 4 ? " And \(bad.count - 4) more." : ""
        return "Delivery problem. " + lines.joined(separator: " ") + more
    }
}

extension RunRecord {
    /// Whether this channel is delivered to now: the chosen one when a person named one, else each.
    func mayDeliver(_ channel: StepRecord.Channel) -> Bool { deliverOnly.map { $0 == channel } ?? true }

    /// Of a run that was stopped nothing is open but what somebody asked for, whichever channel it is.
    func mayDeliver(_ step: StepRecord) -> Bool { stopCause != nil || mayDeliver(step.channel) }
}

extension StepRecord.Channel {
    var label: String {
        switch self {
        case .googleDrive: "Drive"
        case .clickUp: "ClickUp"
        case .asana: "Asana"
        case .slack: "Slack"
        case .folder: "Folder"
        case .anthropic: "Anthropic"
        }
    }
}
