import Synchronization

/// Holds everybody who passes until it is opened.
final class Turnstile: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]?>([])

    /// How many it holds now.
    var count: Int { waiting.withLock { $0?.count ?? 0 } }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = waiting.withLock { waiting in
                waiting?.append(continuation)
                return waiting == nil
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let all = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting ?? []
        }
        for continuation in all { continuation.resume() }
    }
}
