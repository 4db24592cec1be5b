import BureauDomain
import Testing

@Suite("Agents that start agents")
struct FanOutTests {
    private static let limits = FanOutLimits(depthMax: 3, runsPerHourMax: 5)
    private static let starts: [(String, [String], Int, String?)] = [
        ("b", ["a"], 0, nil), ("d", ["a", "b", "c"], 4, nil), ("a", ["a"], 0, "fan_out_cycle"),
        ("b", ["a", "b", "c"], 0, "fan_out_cycle"), ("e", ["a", "b", "c", "d"], 0, "fan_out_depth"),
        ("b", ["a"], 5, "fan_out_rate"),
    ]

    @Test("Stop at an agent that comes up again, at a depth and at a rate", arguments: starts)
    func limits(agent: String, line: [String], started: Int, cause: String?) {
        let refusal = Self.limits.refusal(agent, line: line, startedThisHour: started)
        #expect(refusal?.cause == cause)
        if let refusal { #expect(refusal.sentence(agent).hasPrefix("\(agent) was not started")) }
    }

    private static let circles: [([String: [String]], [String]?)] = [
        ([:], nil), (["a": ["b"], "b": ["c"]], nil), (["a": ["b", "c"], "b": ["d"], "c": ["d"]], nil),
        (["a": ["b"], "b": ["a"]], ["a", "b", "a"]), (["a": ["b"], "b": ["c"], "c": ["b"]], ["b", "c", "b"]),
        (["a": ["gone"]], nil),
    ]

    @Test("A circle is seen in the configs, and a diamond is none", arguments: circles)
    func circle(starts: [String: [String]], expected: [String]?) { #expect(FanOutCycle.first(starts) == expected) }

    private static let games: [(String, [String], String?)] = [
        ("a", ["b", "a", "b"], nil), ("a", ["a", "b", "a", "b"], "b"), ("a", ["c", "a", "b", "a", "b"], "b"),
        ("b", ["a", "b", "a", "b"], nil), ("a", ["a", "a", "a", "a"], nil), ("c", ["a", "b", "a", "b"], nil),
        ("a", ["c", "b", "a", "b"], nil), ("a", [], nil),
    ]

    @Test("Two agents that answer each other are told from work that comes again", arguments: games)
    func pingPong(next: String, before: [String], other: String?) {
        #expect(PingPong.partner(of: next, after: before) == other)
    }

    private static let conditions: [(Int?, Int?, Bool)] = [
        (nil, nil, true), (nil, 40, true), (80, 79, true), (80, 80, false), (80, nil, false),
    ]

    @Test("A condition holds only for a score that is known and lower", arguments: conditions)
    func condition(below: Int?, score: Int?, isWanted: Bool) {
        let fanOut = FanOut(agents: ["b"], moment: .afterDone, scoreBelow: below)
        #expect(fanOut.isWanted(at: .afterDone, score: score) == isWanted)
        #expect(!fanOut.isWanted(at: .withStart, score: score))
    }
}
