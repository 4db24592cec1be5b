/// A waiting line that serves labels in turn, so that one with a thousand entries delays another's first by one place.
struct FairQueue<Entry: Sendable>: Sendable {
    private var lines: [String: [Entry]] = [:]
    /// Labels with something waiting, the next to be served first.
    private var turns: [String] = []
    private(set) var count = 0

    init() {}

    var isEmpty: Bool { count == 0 }

    mutating func append(_ entry: Entry, label: String) {
        if lines[label] == nil { turns.append(label) }
        lines[label, default: []].append(entry)
        count += 1
    }

    /// The oldest entry of the label whose turn it is; the label goes to the end of the round.
    mutating func next() -> Entry? {
        guard !turns.isEmpty else { return nil }
        let label = turns.removeFirst()
        guard var line = lines[label], !line.isEmpty else { return nil }
        let entry = line.removeFirst()
        count -= 1
        lines[label] = line.isEmpty ? nil : line
        if !line.isEmpty { turns.append(label) }
        return entry
    }

    /// Takes out what `isGone` says, in no order of service. For cancellations and waits that took too long.
    mutating func remove(where isGone: (Entry) -> Bool) -> [Entry] {
        var removed: [Entry] = []
        for (label, line) in lines {
            let gone = line.filter(isGone)
            guard !gone.isEmpty else { continue }
            removed += gone
            let rest = line.filter { !isGone($0) }
            lines[label] = rest.isEmpty ? nil : rest
            if rest.isEmpty { turns.removeAll { $0 == label } }
        }
        count -= removed.count
        return removed
    }
}
