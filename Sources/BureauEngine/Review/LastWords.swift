import BureauVendors
import Foundation

/// What the agent said last in a session, from the session's own log; what its sub-agents said to it is not for people.
enum LastWords {
    static let charactersMax = 4_000

    /// Nil when it said nothing.
    static func read(_ folder: URL, session: String) throws -> String? {
        var (last, subAgents) = (String?.none, Set<String>())
        _ = try SessionLog(folder: folder, session: session) { event in
            if event.type == "session.thread_created", subAgents.count < SessionFold.openKeptMax {
                event.threadID.map { _ = subAgents.insert($0) }
            }
            guard event.type == "agent.message", !subAgents.contains(event.threadID ?? ""),
                let decoded = try? event.decoded(), case .agentMessage(let text) = decoded.content, !text.isEmpty
            else { return }
            last = String(text.prefix(charactersMax))
        }
        return last
    }
}
