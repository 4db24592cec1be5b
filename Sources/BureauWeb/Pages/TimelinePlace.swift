/// Where a reader is in both histories of a run: at an own event, and at a place in the session's log.
/// "12.34567" as a stream's id, after which it goes on, and in the address of earlier pages, which end before it.
struct TimelinePlace: Hashable, Sendable, CustomStringConvertible {
    var seq: Int64
    var offset: UInt64
    var description: String { "\(seq).\(offset)" }

    init(seq: Int64, offset: UInt64) { (self.seq, self.offset) = (seq, offset) }

    init?(_ text: String) {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let seq = Int64(parts[0]), let offset = UInt64(parts[1]), seq >= 0 else {
            return nil
        }
        (self.seq, self.offset) = (seq, offset)
    }
}

/// One thing of a timeline as addresses name it: "s12" for the run's own, "e34567" for where a line of its log ends.
enum TimelineAnchor: Hashable, Sendable, CustomStringConvertible {
    case own(Int64)
    case line(UInt64)

    init?(_ text: String) {
        switch (text.first, Int64(text.dropFirst())) {
        // What follows it is asked for by the next number.
        case ("s", let seq?) where seq > 0 && seq < .max: self = .own(seq)
        case ("e", let end?) where end > 0: self = .line(UInt64(end))
        default: return nil
        }
    }

    var description: String {
        switch self {
        case .own(let seq): "s\(seq)"
        case .line(let end): "e\(end)"
        }
    }
}
