import BureauDomain
import BureauStorage
import BureauVendors

/// How often an alert came and how it ended, in the place of the message that told of it: nobody shall go and mend what
/// is mended.
struct AlertOutcome: Codable, Hashable, Sendable {
    var alert: String
    /// The reminder whose post it renews; nil for the alert's own post.
    var reminder: String?
    static let kind = "alert_outcome"
    /// Of one alert that comes again and again.
    static let everyMilliseconds: Int64 = 5 * 60_000
    static let perLookMax = 50

    /// Where the alert stands in Slack; nil when it was not posted.
    static func place(of posted: StepRecord) -> SlackPosted? {
        guard posted.state == .done, let receipt = try? posted.receipt(as: DeliveryReceipt.self) else { return nil }
        return receipt.slackPlace
    }

    /// What the post says besides what it said. Words that were renewed meanwhile are shown too.
    static func show(_ alert: AlertRecord, told: String, in message: inout SlackMessage) {
        if alert.sentence != told { message.blocks.append(.section(text: "Last: \(SlackText.escape(alert.sentence))")) }
        let time = SlackTime.moment(alert.lastAt)
        var line = alert.occurrences > 1 ? "Seen \(alert.occurrences) times" : ""
        if alert.isOpen {
            line += ", last \(time)"
        } else {
            let person = alert.resolvedBy.flatMap { $0 == AlertStore.bureau ? nil : $0 } ?? "itself"
            line += "\(line.isEmpty ? "" : ". ")Resolved by \(SlackText.escape(person)), \(time)"
        }
        message.blocks.append(.context(["*\(line)*"]))
        // First, for the end of a long one is cut.
        message.text = "\(line): \(message.text)"
    }
}

extension NoticeWorker {
    /// The alert's post as it was, with what became of it. One that is over calls nobody and asks for nothing.
    func alertOutcome(
        _ step: StepRecord, _ run: RunRecord?, _ agent: LoadedAgent?, _ name: String, _ parts: EngineParts
    ) async throws -> (any OutboundWrite)? {
        guard let slack = parts.connections.slack else { return nil }
        let intent = try step.intent(as: AlertOutcome.self)
        let (alert, posted, thread) = try await parts.database.read { db in
            let alert = try AlertStore(db: db).find(intent.alert)
            let post = intent.reminder ?? alert?.postedBy
            return (
                alert, try post.flatMap { try StepStore(db: db).find($0) },
                try alert?.runID.flatMap { try RunThreadStore(db: db).find($0)?.thread.place }
            )
        }
        guard let alert, let posted, let place = AlertOutcome.place(of: posted) else { return AlreadyShown() }
        var notice = try posted.intent(as: NoticeIntent.self)
        // A reminder said how long it had been open, and asked for its end.
        if intent.reminder != nil { notice.sentence = alert.sentence }
        let directory = SlackDirectory(parts, slack)
        let tags = await alert.isOpen ? self.tags(notice, run, agent, directory, parts) : []
        var message = SlackMessages.notice(
            notice, run: run, agentName: name, channel: place.channel, tags: tags, mark: step.id,
            console: run?.consoleSession.map(parts.settings.consoleLink),
            link: run.flatMap { parts.settings.runLink($0.id) })
        message.metadata?.payload["step"] = .string(posted.id)
        if notice.kind == .budget, thread?.channel == place.channel { message.threadTS = thread?.ts }
        if !alert.isOpen {
            message.blocks.removeAll { block in
                if case .actions = block { true } else { false }
            }
        }
        AlertOutcome.show(alert, told: notice.sentence, in: &message)
        var replace = SlackReplace(
            slack: slack, posted: place, message: message, step: step)
        // That it came again is worth no message of its own, and its end is worth one.
        replace.saysAnew = !alert.isOpen && intent.reminder == nil
        return replace
    }

    /// A reminder that was not sent before its alert was over reminds of nothing.
    func isOutdated(_ step: StepRecord) async throws -> Bool {
        guard step.kind == AlertCareStore.reminderKind, step.state == .pending,
            let end = step.subject.firstIndex(of: "/")
        else { return false }
        let alert = String(step.subject[..<end])
        return try await parts.database.read { try AlertStore(db: $0).find(alert)?.isOpen == false }
    }
}
