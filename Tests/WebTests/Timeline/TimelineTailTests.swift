import BureauEngine
import Testing

@testable import BureauWeb

@Suite("How long calls of tools took")
struct TimelineTailTests {
    private static func steps(_ kinds: String, isCut: Bool = false) throws -> [TimelineTail.Step] {
        var tail = TimelineTail(isCut: isCut)
        return try TimelineCalls.items(kinds).map { tail.take($0) }
    }

    private static let answers: [(String, [Int64?])] = [
        ("a r", [nil, 1_000]), ("a b r r", [nil, nil, 2_000, 2_000]), ("a o r", [nil, nil, 2_000]),
        ("a m t", [nil, nil, 2_000]), ("r a x n", [nil, nil, nil, nil]), ("o m", [nil, nil]),
    ]

    @Test("An answer says how long after its call it came, where both are known", arguments: answers)
    func answer(kinds: String, took: [Int64?]) throws {
        #expect(try Self.steps(kinds).map(\.took) == took)
    }

    private static let groups: [(String, isCut: Bool, calls: Int?, took: Int64?, isPart: Bool)] = [
        ("a r a r", false, nil, nil, false), ("a r a r a r", false, 3, 5_000, false),
        ("a a a r r r", false, 3, 5_000, false), ("a a a a r r r r", true, 4, nil, true),
        ("a r a r a", false, 3, nil, false), ("a r a r a x", false, 3, nil, false),
        ("a r a r a n", false, 3, nil, false), ("r a r a r a r", true, 3, nil, true),
        ("m a r a r a r", true, 3, 5_000, false), ("a r a r a t", false, nil, nil, false),
    ]

    @Test("A group has a time when all of its calls were answered and none is further back", arguments: groups)
    func group(kinds: String, isCut: Bool, calls: Int?, took: Int64?, isPart: Bool) throws {
        let group = try Self.steps(kinds, isCut: isCut).last?.group
        #expect(group?.calls == calls && group?.took == took && (group?.isCut ?? false) == isPart)
    }

    @Test("Row by row they are folded as a page folds them at once", arguments: 1...20)
    func parity(seed: UInt64) throws {
        let letters = ["a", "a", "a", "r", "r", "b", "o", "m", "t"]
        var state = seed, kinds: [String] = []
        for _ in 0..<60 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            kinds.append(letters[Int(state >> 33) % letters.count])
        }
        let items = try TimelineCalls.items(kinds.joined(separator: " "))
        var (tail, shown) = (TimelineTail(isCut: false), [[Int]]())
        for (index, item) in items.enumerated() {
            shown.append([index])
            guard let group = tail.take(item).group else { continue }
            // As the page's script does it: all from the first of them on.
            let first = try #require(shown.lastIndex { items[$0[0]].line?.end == group.first.end })
            let together = Array(shown[first...].joined())
            shown.replaceSubrange(first..., with: [together])
        }
        #expect(shown.map(\.count) == TimelineItem.groups(items).map(\.count), "\(kinds)")
    }

    @Test("What is remembered of calls has an end: the oldest is forgotten first")
    func bound() throws {
        let most = TimelineTail.callsMax
        let within = Array(repeating: "a", count: most) + ["r"], beyond = ["a"] + within
        #expect(try Self.steps(within.joined(separator: " ")).last?.took == Int64(most) * 1_000)
        let last = try #require(try Self.steps(beyond.joined(separator: " ")).last)
        #expect(last.took == nil && last.group?.calls == most + 1 && last.group?.took == nil)
    }

    private static let times: [(Int64, String)] = [
        (0, "<0.1s"), (140, "0.1s"), (2_190, "2.1s"), (9_999, "9.9s"), (10_000, "10s"), (112_000, "1m 52s"),
    ]

    @Test("A time is told in tenths while they matter", arguments: times)
    func words(milliseconds: Int64, words: String) { #expect(TimelineView.took(milliseconds) == words) }
}
