import BureauVendors
import Foundation

/// What the agent said last in a session, from the session's own log.
enum LastWords {
    static let charactersMax = 4_000

    /// Nil when it said nothing.
    static func read(_ folder: URL, session: String) throws -> String? {
        var last: String?
        _ = try SessionLog(folder: folder, session: session) { event in
            guard event.type == "agent.message", let decoded = try? event.decoded(),
                case .agentMessage(let text) = decoded.content, !text.isEmpty
            else { return }
            last = String(text.prefix(charactersMax))
        }
        return last
    }
}
