import BureauDomain
import BureauStorage
import BureauVendors

/// What the session is told when a round begins: the comments that asked for it, quoted. Findable by its mark, since a
/// message sent twice is worked on twice.
struct RevisionRequest: OutboundWrite {
    struct Receipt: Codable, Hashable, Sendable {
        /// The message's own id in the session; empty when the service gave none.
        var event: String?
    }

    static let stepKind = "revision"
    static let commentCharactersMax = 8_000

    let anthropic: AnthropicClient
    let session: String
    let text: String
    let mark: String
    var sent: SentContent? { SentContent(hashOf: text) }

    func write() async throws -> String {
        let echoes = try await anthropic.send([.message("\(text)\n\n\(mark)")], to: session)
        return try JSONText.encode(Receipt(event: echoes.first.flatMap { $0.isEmpty ? nil : $0 }))
    }

    func probe() async throws -> Probe {
        let newest = try await anthropic.history(of: session, limit: 100, newestFirst: true, types: ["user.message"])
        for event in newest.events {
            guard let decoded = try? event.decoded(), case .userMessage(let said) = decoded.content,
                said.contains(mark)
            else { continue }
            return .found(receipt: try JSONText.encode(Receipt(event: event.id.isEmpty ? nil : event.id)))
        }
        return .absent
    }

    /// Only what people wrote, each with its author, between lines that nothing else of the message has.
    static func text(_ comments: [FeedbackRecord], round: Int) -> String {
        let questions = comments.filter { $0.outcome == .answered }
        let changes = quotes(comments.filter { $0.outcome != .answered })
        let asked =
            questions.isEmpty
            ? ""
            : "\n\nThey also have a question. Answer it in your last message, in a few plain sentences.\n\n"
                + quotes(questions)
        return """
            This is round \(round) of the same task. People looked at your result and asked for changes.

            \(changes)\(asked)

            Make the changes these comments ask for and leave everything else as it is. Write every file that changes \
            again, under its own name, into /mnt/session/outputs. If something asked for cannot be done, say so in \
            your last message and in the report.
            """
    }

    private static func quotes(_ comments: [FeedbackRecord]) -> String {
        comments.map { comment in
            "\(comment.author) wrote:\n<comment>\n\(comment.text.prefix(commentCharactersMax))\n</comment>"
        }.joined(separator: "\n\n")
    }

    static func question(_ comments: [FeedbackRecord]) -> String {
        """
        People looked at your result and have a question. It asks for no change.

        \(quotes(comments))

        Answer in your last message, in a few plain sentences, from what you know of this task. Write no file.
        """
    }
}
