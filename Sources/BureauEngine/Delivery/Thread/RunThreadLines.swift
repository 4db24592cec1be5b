import Synchronization

/// The runs' messages one process has in hand: a line for each account, and how often each of these was written to in
/// the last minute. So no Slack that lets us wait stands before another one.
final class RunThreadLines: Sendable {
    /// Slack takes about 50 updates a minute of one app; the rest is for other messages.
    static let writesPerMinuteMax = 40
    private static let minuteMilliseconds: Int64 = 60_000
    /// For those of an account that has a line on its way: so long that a backlog is not looked through all the time.
    static let behindMilliseconds: Int64 = 10_000

    /// What may be kept of an account's messages now; the others are looked at again after that time.
    struct Share: Hashable, Sendable {
        let count: Int
        let othersWaitMilliseconds: Int64
    }
    private struct State {
        var inHand: [String: [String]] = [:]
        var written: [String: [Int64]] = [:]
    }

    private let accounts: Int
    private let state = Mutex(State())

    init(accounts: Int) { self.accounts = accounts }

    /// Every account has a line on its way: there is nobody to look for.
    var areAllBusy: Bool { state.withLock { $0.inHand.count >= accounts } }

    /// The runs whose messages are in hand.
    var runs: [String] { state.withLock { $0.inHand.values.flatMap { $0 } } }

    /// Takes as many of these runs in hand as may be: none while others of the account are.
    func begin(_ account: String, _ runs: [String], now: Int64) -> Share {
        state.withLock { state in
            guard state.inHand[account] == nil else {
                return Share(count: 0, othersWaitMilliseconds: Self.behindMilliseconds)
            }
            let recent = state.written[account, default: []].filter { $0 > now - Self.minuteMilliseconds && $0 <= now }
            state.written[account] = recent
            let free = max(0, Self.writesPerMinuteMax - recent.count)
            guard let oldest = recent.min(), free < runs.count else {
                state.inHand[account] = runs
                return Share(count: runs.count, othersWaitMilliseconds: 0)
            }
            if free > 0 { state.inHand[account] = Array(runs.prefix(free)) }
            return Share(count: free, othersWaitMilliseconds: oldest + Self.minuteMilliseconds - now)
        }
    }

    func end(_ account: String, writes: Int, now: Int64) {
        state.withLock { state in
            state.inHand[account] = nil
            state.written[account, default: []] += Array(repeating: now, count: writes)
        }
    }
}
