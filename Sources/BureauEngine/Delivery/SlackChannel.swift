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
        let directory = SlackDirectory(slack: slack, database: context.parts.database, doors: context.parts.doors)
        let thread = try await NoticePlace(parts: context.parts).awaitedThread(of: context.hand.run.id)
        let configured = await directory.channel(config.channel, otherwise: context.parts.settings.resultsChannel)
        let channel = thread?.channel ?? configured
        for step in steps {
            var message = SlackMessages.ready(
                context.report, channel: channel, withLinks: config.postsLinks, withSummary: config.postsSummary,
                mark: step.id)
            message.threadTS = thread?.ts
            _ = try await context.perform(
                step, SlackPost(slack: slack, message: message, mark: step.id, since: step.intendedAt ?? 0))
        }
    }
}

/// Found again by its metadata in the channel's history.
struct SlackPost: OutboundWrite {
    let slack: SlackClient
    let message: SlackMessage
    let mark: String
    let since: Int64
    static let pagesMax = 20

    func write() async throws -> String {
        do {
            return try receipt(try await slack.post(message))
        } catch let error as VendorError {
            guard case .rejected(_, let code) = error.kind, Self.contentCodes.contains(code) else { throw error }
            return try receipt(try await slack.post(SlackMessages.plain(message)))
        }
    }

    /// Slack's words for "the content does not fit": worth one more try as plain text.
    private static let contentCodes: Set<String> = [
        "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "metadata_too_large",
    ]

    /// A message meant for a thread may have been tried outside of it before, so both places are looked at.
    func probe() async throws -> Probe {
        if let thread = message.threadTS {
            let inThread = try await look { cursor in
                try await slack.replies(message.channel, thread: thread, cursor: cursor)
            }
            guard case .absent = inThread else { return inThread }
        }
        let oldest = String(format: "%.6f", Double(max(0, since - Marks.skewMilliseconds)) / 1_000)
        return try await look { cursor in try await slack.history(message.channel, oldest: oldest, cursor: cursor) }
    }

    private func look(_ page: (String?) async throws -> SlackHistoryPage) async throws -> Probe {
        var cursor: String?
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
                return .found(receipt: try receipt(SlackPosted(channel: message.channel, ts: ours.ts)))
            }
            guard let next = found.nextCursor else { return .absent }
            cursor = next
        }
        return .unknown(why: "the message was not among the newest of its channel")
    }

    private func receipt(_ posted: SlackPosted) throws -> String {
        try JSONText.encode(DeliveryReceipt(id: "\(posted.channel)/\(posted.ts)", link: nil))
    }
}
