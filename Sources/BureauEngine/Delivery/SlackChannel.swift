import BureauDomain
import BureauVendors
import Foundation

/// The result, posted once to the agent's channel.
struct SlackChannel: Channel {
    func deliver(_ steps: [StepRecord], _ context: DeliveryContext) async throws {
        guard let slack = context.parts.connections.slack else {
            return try await context.fail(steps, "Slack is not connected: set SLACK_BOT_TOKEN.")
        }
        guard let config = context.hand.agent.config.delivery.slack else { return }
        let place: SlackPlace
        do { place = try await self.place(steps, config.channel, slack, context) } catch let error as VendorError {
            try Task.checkCancellation()
            return try await context.fail(
                steps,
                "Slack could not be asked which channel \(config.channel) is, so nothing was posted. \(error.sentence)"
            )
        }
        for step in steps {
            var message = SlackMessages.ready(
                context.report, channel: place.channel, withLinks: config.postsLinks, withSummary: config.postsSummary,
                mark: step.id)
            message.threadTS = place.threadTS
            var post = SlackPost(slack: slack, message: message, mark: step.id, since: step.sentSince)
            if place.threadTS == nil { post.other = other(than: place.channel, config.channel, step, slack, context) }
            _ = try await context.perform(step, post)
        }
    }

    /// Found once and kept before the first try: whoever goes on after a lost answer looks there, and posts nowhere
    /// else.
    private func place(
        _ steps: [StepRecord], _ configured: String, _ slack: SlackClient, _ context: DeliveryContext
    ) async throws -> SlackPlace {
        if let known = steps.lazy.compactMap({ try? $0.intent(as: SlackPlace.self) }).first { return known }
        let thread = try await NoticePlace(parts: context.parts).awaitedThread(of: context.hand.run.id)
        let place: SlackPlace =
            if let thread {
                SlackPlace(channel: thread.channel, threadTS: thread.ts)
            } else { SlackPlace(channel: try await channel(configured, slack, context)) }
        let intent = try JSONText.encode(place)
        try await context.parts.write(context.hand.lease) { db in
            for step in steps { try StepStore(db: db).replaceIntent(step.id, intent) }
        }
        return place
    }

    /// Kept before anything is posted there, as the first one was.
    private func other(
        than wrong: String, _ configured: String, _ step: StepRecord, _ slack: SlackClient, _ context: DeliveryContext
    ) -> OtherChannel {
        let (parts, lease, id) = (context.parts, context.hand.lease, step.id)
        return OtherChannel {
            let found = try await SlackDirectory(parts, slack)
                .channel(configured, otherwise: parts.settings.resultsChannel, besides: wrong)
            guard let found else { return nil }
            let intent = try JSONText.encode(SlackPlace(channel: found))
            try await parts.write(lease) { try StepStore(db: $0).replaceIntent(id, intent) }
            return found
        }
    }

    private func channel(_ configured: String, _ slack: SlackClient, _ context: DeliveryContext) async throws -> String
    {
        let (parts, directory) = (context.parts, SlackDirectory(context.parts, slack))
        return try await context.patiently(.slack, .sessionCreate) {
            try await directory.channel(configured, otherwise: parts.settings.resultsChannel)
        }
    }
}

/// Where a result is posted. Stored as the step's intent.
struct SlackPlace: Codable, Hashable, Sendable {
    var channel: String
    var threadTS: String?

    enum CodingKeys: String, CodingKey { case channel, threadTS = "thread_ts" }
}

/// Found again by its metadata in the channel's history.
struct SlackPost: OutboundWrite {
    let slack: SlackClient
    let message: SlackMessage
    let mark: String
    let since: Int64
    /// For a channel whose id was found by its name.
    var other: OtherChannel?
    static let pagesMax = 20
    var sent: SentContent? { SentContent(json: Content(text: message.text, blocks: message.blocks)) }
    private struct Content: Encodable {
        let text: String
        let blocks: [SlackBlock]
    }

    func write() async throws -> String {
        do { return try await post(placed) } catch let error as VendorError {
            guard try await isElsewhere(error) else { throw error }
            return try await post(placed)
        }
    }

    /// Whether Slack does not know the channel, and another one is found in its place.
    private func isElsewhere(_ error: VendorError) async throws -> Bool {
        guard case .rejected(_, "channel_not_found") = error.kind, let other else { return false }
        return try await other.find()
    }

    private func post(_ message: SlackMessage) async throws -> String {
        do {
            return try receipt(try await slack.post(message))
        } catch let error as VendorError {
            guard case .rejected(_, let code) = error.kind, Self.contentCodes.contains(code) else { throw error }
            return try receipt(try await slack.post(SlackMessages.plain(message)))
        }
    }

    private var placed: SlackMessage {
        var placed = message
        placed.channel = other?.id ?? message.channel
        return placed
    }

    /// Slack's words for "the content does not fit": worth one more try as plain text.
    private static let contentCodes: Set<String> = [
        "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "metadata_too_large",
    ]

    func probe() async throws -> Probe {
        do { return try await search(placed) } catch let error as VendorError {
            guard try await isElsewhere(error) else { throw error }
            return try await search(placed)
        }
    }

    /// A message meant for a thread may have been tried outside of it before, so both places are looked at.
    private func search(_ message: SlackMessage) async throws -> Probe {
        if let thread = message.threadTS {
            let inThread = try await look { cursor in
                try await slack.replies(message.channel, thread: thread, cursor: cursor)
            }
            guard case .absent = inThread else { return inThread }
        }
        let oldest = String(format: "%.6f", Double(max(0, since - Marks.wrongClockMilliseconds)) / 1_000)
        return try await look { cursor in try await slack.history(message.channel, oldest: oldest, cursor: cursor) }
    }

    private func look(_ page: (String?) async throws -> SlackHistoryPage) async throws -> Probe {
        var cursor: String?
        var unmarked: SlackListedMessage?
        for _ in 0..<Self.pagesMax {
            let found: SlackHistoryPage
            do { found = try await page(cursor) } catch let error as VendorError {
                if case .credential(_, "missing_scope") = error.kind {
                    return .unknown(
                        why:
                            "Slack does not let this bot read the channel's history (scope channels:history), so nobody can tell whether the message was posted"
                    )
                }
                throw error
            }
            if let ours = found.messages.first(where: { $0.metadata?.payload["step"] == .string(mark) }) {
                return .found(receipt: try receipt(SlackPosted(channel: placed.channel, ts: ours.ts)))
            }
            unmarked = unmarked ?? found.messages.first { $0.metadata == nil && $0.text == message.text }
            guard let next = found.nextCursor else {
                return unmarked.map { .unknown(why: "the message \($0.ts) may be it, but it carries no mark") }
                    ?? .absent
            }
            cursor = next
        }
        return .unknown(why: "the message was not among the newest of its channel")
    }

    func whyGone(_ receipt: String) async throws -> String? {
        // Where it was posted, and nowhere else.
        guard case .absent = try await search(placed) else { return nil }
        return "the message \(try JSONText.decode(DeliveryReceipt.self, receipt).id) was posted and is gone"
    }

    private func receipt(_ posted: SlackPosted) throws -> String {
        try JSONText.encode(DeliveryReceipt(id: "\(posted.channel)/\(posted.ts)", link: nil))
    }
}
