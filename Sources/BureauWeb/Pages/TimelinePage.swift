import BureauEngine

/// The newest of what happened in a run before a place, out of both of its histories, and where the page before begins.
struct TimelinePage: Sendable {
    private(set) var items: [TimelineItem] = []
    /// Where what is older ends; nil when nothing is.
    private(set) var earlier: TimelinePlace?
    /// Where the newest of it stands.
    private(set) var end: TimelinePlace
    private(set) var unreadableCount = 0
    /// Nothing before them is read, so that a run opens as fast however long it is.
    static let itemsMax = 200

    /// `own` are at most `itemsMax` before `place`, whether or not they are wanted.
    init(
        own: [RunEvent], log: SessionLogReader?, before place: TimelinePlace?,
        isSearch: Bool, isWanted: (TimelineItem) -> Bool
    ) {
        let wanted = own.filter { isWanted(.own($0)) }
        func isShown(_ line: SessionLine) -> Bool { isWanted(.line(line)) }
        let piece =
            isSearch
            ? log?.search(before: place?.offset, atMost: Self.itemsMax, where: isShown)
            : log?.newest(before: place?.offset, atMost: Self.itemsMax, where: isShown)
        let lines = piece?.lines ?? [], begin = piece?.start ?? 0
        let isOwnAll = own.count < Self.itemsMax || (own.first?.seq ?? 0) <= 1
        let sides = TimelineMerge(
            own: .init(times: wanted.map(\.at), reached: isOwnAll ? nil : own.map(\.at).min()),
            session: .init(times: lines.map(\.at), reached: begin == 0 ? nil : piece?.earliest ?? .max)
        ).newest(atMost: Self.itemsMax)
        let ownCount = sides.count { $0 == .own }, lineCount = sides.count - ownCount
        var (owns, rest) = (wanted.suffix(ownCount), lines.suffix(lineCount))
        items = sides.map { $0 == .own ? .own(owns.removeFirst()) : .line(rest.removeFirst()) }
        unreadableCount = piece?.unreadableCount ?? 0
        end = TimelinePlace(seq: own.last?.seq ?? 0, offset: piece?.end ?? 0)
        let seq =
            ownCount < wanted.count
            ? wanted.suffix(ownCount).first?.seq ?? place?.seq ?? end.seq + 1 : isOwnAll ? 0 : own.first?.seq ?? 0
        let offset = lineCount < lines.count ? lines.suffix(lineCount).first?.start ?? end.offset : begin
        earlier = seq > 0 || offset > 0 ? TimelinePlace(seq: seq, offset: offset) : nil
    }
}
