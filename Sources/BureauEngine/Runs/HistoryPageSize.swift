/// How many events of a history are asked for at once: fewer after a page that was too large, also in the pages that
/// follow, for large events come together; more again after some pages that were not.
struct HistoryPageSize: Hashable, Sendable {
    static let eventsMax = 1_000, step = 10
    static let pagesBeforeMore = 10

    private(set) var events = Self.eventsMax
    private var passedPages = 0

    /// False when a single event was too large.
    mutating func shrink() -> Bool {
        passedPages = 0
        guard events > 1 else { return false }
        events = max(1, events / Self.step)
        return true
    }

    mutating func passed() {
        passedPages += 1
        guard passedPages >= Self.pagesBeforeMore else { return }
        passedPages = 0
        events = min(Self.eventsMax, events * Self.step)
    }
}
