import Foundation
import Synchronization

/// What Slack remembers about button presses and commands it has passed on: each opens one window for a while and may
/// answer through its response address a few times.
final class SlackPresses: Sendable {
    static let triggerSeconds = 3, responseSeconds = 30 * 60, responsesMax = 5

    struct Origin: Sendable {
        let channelID: String, userID: String
        /// The message whose button was pressed; nil for a command.
        let messageTS: String?
    }
    private struct State {
        var triggers: [String: (seconds: Int, isSpent: Bool)] = [:]
        var responses: [String: (origin: Origin, seconds: Int, uses: Int)] = [:]
        var views: [JSON] = []
    }
    private let state = Mutex(State())

    func forget() { state.withLock { $0 = State() } }

    /// A new trigger id and a new secret last part of a response address.
    func open(_ origin: Origin, now: Int) -> (trigger: String, ticket: String) {
        let trigger = "\(now).\(UUID().uuidString.prefix(8)).\(UUID().uuidString.lowercased().prefix(12))"
        let ticket = UUID().uuidString.lowercased()
        state.withLock { state in
            state.triggers[trigger] = (now, false)
            state.responses[ticket] = (origin, now, 0)
        }
        return (trigger, ticket)
    }

    /// Takes a trigger: once, and soon.
    func spend(trigger: String, view: JSON, now: Int, patience: Int) throws(SlackRefusal) {
        try state.withLock { state throws(SlackRefusal) in
            guard let known = state.triggers[trigger] else { throw "invalid_trigger_id" }
            guard !known.isSpent else { throw "exchanged_trigger_id" }
            guard now - known.seconds <= Self.triggerSeconds * patience else { throw "expired_trigger_id" }
            state.triggers[trigger] = (known.seconds, true)
            state.views.append(view)
        }
    }

    /// The form somebody opened last.
    var lastView: JSON? { state.withLock { $0.views.last } }

    /// Takes one use of a response address; nil with the code when it is unknown, old or worn out.
    func use(ticket: String, now: Int) -> Result<Origin, SlackRefusal> {
        state.withLock { state in
            guard let known = state.responses[ticket] else { return .failure("invalid_url") }
            guard now - known.seconds <= Self.responseSeconds else { return .failure("expired_url") }
            guard known.uses < Self.responsesMax else { return .failure("used_url") }
            state.responses[ticket]?.uses += 1
            return .success(known.origin)
        }
    }
}
