import BureauEngine

/// The end of a timeline: what the next row belongs to. Pages and streams follow it row by row, so that what comes while
/// a page is open is told and folded as on a page that is loaded later.
struct TimelineTail: Sendable {
    /// What one row shows besides itself.
    struct Step: Sendable {
        /// Milliseconds since the call that it answers; nil where that call or a time is not known.
        var took: Int64?
        /// The calls it is folded among; nil while it stands by itself.
        var group: TimelineStretch?
    }

    private var stretch: TimelineStretch?
    /// When calls were made, by their ids, and which came first.
    private var made: [String: Int64] = [:], order: [String] = []
    /// There is more before, and nothing came so far but answers to it.
    private var isAtCut: Bool
    static let callsMax = 200

    /// `isCut`: what it begins with is not the beginning.
    init(isCut: Bool) { isAtCut = isCut }

    mutating func take(_ item: TimelineItem) -> Step {
        if stretch?.take(item) != true {
            stretch = TimelineStretch(item, isCut: isAtCut)
            if !item.isResult { isAtCut = false }
        }
        var step = Step()
        if let line = item.line { step.took = took(line) }
        if let stretch, stretch.isGroup { step.group = stretch }
        return step
    }

    private mutating func took(_ line: SessionLine) -> Int64? {
        guard let call = line.call, let at = line.at else { return nil }
        guard line.tool != nil else { return made[call].flatMap { at >= $0 ? at - $0 : nil } }
        if made.updateValue(at, forKey: call) == nil { order.append(call) }
        if order.count > Self.callsMax { made[order.removeFirst()] = nil }
        return nil
    }
}

/// Calls of one tool in a row, with what they brought, as far as they are known.
struct TimelineStretch: Sendable {
    let tool: String
    let first: SessionLine
    private(set) var calls = 1
    /// It may have begun before what is known.
    let isCut: Bool
    /// Calls without their answer; nil when they cannot be told apart, or are too many.
    private var waiting: Set<String>?
    private var answeredAt: Int64?
    /// From so many calls on they are shown as one.
    static let groupedFrom = 3

    /// Nil for what is no call.
    init?(_ item: TimelineItem, isCut: Bool) {
        guard let line = item.line, let tool = line.tool else { return nil }
        (self.tool, first, self.isCut) = (tool, line, isCut)
        waiting = line.call.map { Set([$0]) }
    }

    /// False for what does not belong to it.
    mutating func take(_ item: TimelineItem) -> Bool {
        guard let line = item.line, line.tool == tool || item.isResult else { return false }
        if line.tool != nil {
            calls += 1
            note(line.call)
        } else {
            if let call = line.call { waiting?.remove(call) }
            answeredAt = line.at
        }
        return true
    }

    private mutating func note(_ call: String?) {
        if let call { waiting?.insert(call) } else { waiting = nil }
        if let waiting, waiting.count > TimelineTail.callsMax { self.waiting = nil }
    }

    var isGroup: Bool { calls >= Self.groupedFrom }

    /// Milliseconds from the first call to the last answer; nil unless every call has its own.
    var took: Int64? {
        guard !isCut, waiting?.isEmpty == true, let begin = first.at, let end = answeredAt, end >= begin else {
            return nil
        }
        return end - begin
    }
}
