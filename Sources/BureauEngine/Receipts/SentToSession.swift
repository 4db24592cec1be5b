import BureauDomain

/// A message of ours to the session that is receipted by its hash alone: its text stands in the session's log, where it
/// is found by the id the service gave it, by its mark, or by the call it answers.
struct SentToSession {
    let link: Receipt
    let log: [JSONValue]

    /// Why the log does not bear the link out. `isFollowed` tells that the session was read after it was sent.
    func reason(_ hash: String, isFollowed: Bool) -> String? {
        let (found, name) = message
        guard let found else {
            return isFollowed ? "\(name) is not in the session's log" : nil
        }
        return Hex.sha256(Array(found.utf8)) == hash ? nil : "\(name) in the session's log is another one"
    }

    private var message: (text: String?, name: String) {
        switch link["kind"]?.string ?? "" {
        case "create": (first("user.message") { _ in true }.map(text), "the kickoff")
        case "custom_tool_result":
            (
                first("user.custom_tool_result") { $0["custom_tool_use_id"] == link["subject"] }.map(text),
                "the answer to the call \(link["subject"]?.string ?? "")"
            )
        default:
            (said, "what the session was told (\(link["kind"]?.string ?? "") \(link["subject"]?.string ?? ""))")
        }
    }

    /// The mark was put below the text, and is no part of what the hash is of.
    private var said: String? {
        let mark = "\n\n\(Marks.text(stepID: link["step"]?.string ?? ""))"
        return first("user.message") { text($0).hasSuffix(mark) }.map { String(text($0).dropLast(mark.count)) }
    }

    private func first(_ type: String, _ fits: (JSONValue) -> Bool) -> JSONValue? {
        log.first { $0["type"]?.string == type && fits($0) }
    }

    private func text(_ event: JSONValue) -> String {
        (event["content"]?.array ?? []).compactMap { $0["text"]?.string }.joined()
    }
}
