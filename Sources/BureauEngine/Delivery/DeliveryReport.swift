import BureauDomain

/// What is told about a finished run, before any channel's own form: the same facts in the same words everywhere.
struct DeliveryReport: Sendable, Hashable {
    struct Link: Sendable, Hashable {
        var label: String
        var url: String
    }

    var runID: String
    var agentName: String
    var clientName: String
    /// "Columbus, OH", where the address says so.
    var place: String?
    var score: Int?
    var outOf: Int
    /// In percent.
    var coverage: Int?
    /// Since the client's last result of the same agent, when both have a score of the same scale.
    var change: ScoreChange?
    var priorities: [StoredSummary.Priority]
    var duration: String
    var cost: String
    var taskURL: String?
    var taskTool: WorkToolKind
    var movedTo: String?
    var consoleURL: String?
    /// Its page.
    var runURL: String?
    var files: [Link]
    var folder: Link?
    /// What did not work, in one sentence.
    var problem: String?
    var round: Int
    /// The comments this round answers.
    var answering: [FeedbackRecord] = []
    /// Names of the files this round made or changed.
    var changedFiles: [String]
    /// What the agent said last, when an answer was asked for.
    var said: String?
    /// Nothing but an answer was asked for.
    var isOnlyAnswer = false
    /// How people judge it; nil when it counts as it is.
    var review: ReviewPolicy?
    /// Where everything has arrived, and where something has not.
    var reached: [StepRecord.Channel]
    var missed: [StepRecord.Channel]

    init(_ hand: RunInHand, parts: EngineParts, files: [FileRecord], steps: [StepRecord], problem: String?) {
        let (run, config) = (hand.run, hand.agent.config)
        runID = run.id
        agentName = config.displayName
        clientName = run.clientName ?? run.clientSlug ?? "No client"
        let payload = run.payload.flatMap { try? JSONValue.parse(Array($0.utf8)).object }
        place = payload?["business_address"]?.string.flatMap { ClientPlace.words(address: $0) }
        let summary = StoredSummary.of(run)
        score = summary?.score
        outOf = summary?.outOf ?? 100
        coverage = summary?.coverage
        priorities = Array((summary?.priorities ?? []).prefix(3))
        duration = Words.duration(.milliseconds(parts.doors.now() - (run.startedAt ?? run.acceptedAt)))
        cost = run.spentMethod == "no_price" ? "cost unknown" : "\(MicroUSD(rawValue: run.spentMicroUSD))"
        taskURL = run.taskURL
        taskTool = run.taskTool
        movedTo = config.delivery.task(on: run.taskTool)?.doneStatus
        consoleURL = run.consoleSession.map(parts.settings.consoleLink)
        runURL = parts.settings.runLink(run.id)
        self.files = Self.links(steps)
        folder = Self.folder(steps)
        self.problem = problem
        round = run.round
        changedFiles = files.filter { $0.round == run.round }.map(\.safeName)
        review = run.reviewAcceptedAt == nil && run.stopCause == nil ? config.review : nil
        let states = Dictionary(grouping: steps, by: \.channel).mapValues { $0.allSatisfy { $0.state == .done } }
        let channels = states.keys.sorted { $0.rawValue < $1.rawValue }
        (reached, missed) = (channels.filter { states[$0] == true }, channels.filter { states[$0] != true })
    }

    /// Compares it with the client's last one of the same agent.
    mutating func compare(with earlier: EarlierScore?, _ run: RunRecord, _ zone: ZoneOffsets) {
        guard let score, let earlier, earlier.outOf == outOf else { return }
        change = ScoreChange(
            from: earlier.score, at: earlier.at, to: score, at: run.startedAt ?? run.acceptedAt, in: zone)
    }

    var title: String {
        if isOnlyAnswer, said != nil { return "\(agentName) answers" }
        let name = "\(agentName) \(score == nil ? "result" : "audit")"
        return round > 1 ? "\(name), revision \(round) of this task, ready" : "\(name) ready"
    }
    var priorityLines: [String] { priorities.map { "\($0.rank) \($0.title)" } }

    static func links(_ steps: [StepRecord]) -> [Link] {
        steps.filter { $0.channel == .googleDrive && $0.kind == "upload" }.compactMap { step in
            guard let receipt = try? step.receipt(as: DeliveryReceipt.self), let link = receipt.link else { return nil }
            return Link(label: (try? step.intent(as: FileIntent.self).title) ?? step.subject, url: link)
        }
    }

    static func folder(_ steps: [StepRecord]) -> Link? {
        guard let step = steps.first(where: { $0.channel == .googleDrive && $0.kind == "folder" }),
            let receipt = try? step.receipt(as: DeliveryReceipt.self), let link = receipt.link
        else { return nil }
        return Link(label: step.subject, url: link)
    }
}
