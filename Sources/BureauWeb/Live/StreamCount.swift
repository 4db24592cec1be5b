import Synchronization

/// How many streams are open, and whose.
final class StreamCount: Sendable {
    private let open = Mutex<(count: Int, by: [String: Int])>((0, [:]))

    /// False when there are `max` already, or when this one reader holds `each` of them.
    func enter(max: Int, of reader: String = "", each: Int = .max) -> Bool {
        open.withLock { open in
            guard open.count < max, open.by[reader, default: 0] < each else { return false }
            open.count += 1
            open.by[reader, default: 0] += 1
            return true
        }
    }

    func leave(of reader: String = "") {
        open.withLock { open in
            open.count -= 1
            open.by[reader, default: 1] -= 1
            if open.by[reader] == 0 { open.by[reader] = nil }
        }
    }
}
