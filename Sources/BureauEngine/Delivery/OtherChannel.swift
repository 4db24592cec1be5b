import Synchronization

/// Where a message goes whose channel Slack turns out not to know: looked up once.
final class OtherChannel: Sendable {
    private enum State {
        case notAsked, asked
        case found(String)
    }
    private let look: @Sendable () async throws -> String?
    private let state = Mutex(State.notAsked)

    init(_ look: @escaping @Sendable () async throws -> String?) { self.look = look }

    var id: String? {
        state.withLock { state -> String? in
            guard case .found(let id) = state else { return nil }
            return id
        }
    }

    /// Whether there is one that was not tried yet.
    func find() async throws -> Bool {
        let isFirst = state.withLock { state -> Bool in
            guard case .notAsked = state else { return false }
            state = .asked
            return true
        }
        guard isFirst else { return false }
        do {
            guard let found = try await look() else { return false }
            state.withLock { $0 = .found(found) }
            return true
        } catch {
            // Slack has not said: the next try asks it again.
            state.withLock { $0 = .notAsked }
            throw error
        }
    }
}
