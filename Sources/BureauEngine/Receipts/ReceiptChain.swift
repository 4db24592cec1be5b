import BureauDomain

/// A run's links in their order.
struct ReceiptChain: Sendable {
    let run: String
    let links: [Receipt]

    /// The first link that does not hold by itself: its number, its hash, or what it builds on.
    var firstBroken: BrokenLink? {
        for (index, link) in links.enumerated() {
            if let why = reason(link, at: index) { return BrokenLink(seq: Int64(index + 1), kind: link.kind, why: why) }
        }
        return nil
    }

    func reason(_ link: Receipt, at index: Int) -> String? {
        let prev = index == 0 ? Receipt.genesis : links[index - 1].hash
        if link.run != run { return "it belongs to run \(link.run)" }
        if link.seq != Int64(index + 1) { return "it is number \(link.seq): a link before it is missing" }
        if link.prev != prev { return "it does not build on the link before it" }
        if link.hash != link.expectedHash { return "it was changed after it was written" }
        return nil
    }
}

/// What does not hold, as a sentence: "receipt 4 (file): …".
package struct BrokenLink: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nil for what stands beside the chain.
    package let seq: Int64?
    package let kind: String
    package let why: String

    package var description: String { seq.map { "receipt \($0) (\(kind)): \(why)" } ?? "\(kind): \(why)" }
}
