/// Whether the server that a command waits for is still there. One that is started again is away for some seconds.
struct ServerSight {
    static let awaySecondsMax = 10
    private var awaySince: ContinuousClock.Instant?

    /// To be asked again and again, with what its lock says.
    mutating func isGone(isHeld: Bool, now: ContinuousClock.Instant = .now) -> Bool {
        guard !isHeld else {
            awaySince = nil
            return false
        }
        let since = awaySince ?? now
        awaySince = since
        return now - since >= .seconds(Self.awaySecondsMax)
    }
}
