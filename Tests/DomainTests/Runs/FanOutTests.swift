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

    private static let minute: Int64 = 60_000
    /// How long each turn takes, how long after its end the next one starts, and whether it is a game.
    private static let paces: [(Int64, Int64, Bool)] = [
        (1, 0, true), (25, 1, true), (25, 10, true), (25, 11, false), (600, 9, true), (1, 30, false),
    ]

    @Test("It is a game at any length of the turns, as long as each is answered soon", arguments: paces)
    func pace(length: Int64, pause: Int64, isGame: Bool) {
        let turns = ["a", "b", "a", "b"].enumerated().map { index, agent in
            let start = Int64(index) * (length + pause) * Self.minute
            return PingPong.Turn(agent: agent, acceptedAt: start, restedAt: start + length * Self.minute)
        }
        let next = 4 * (length + pause) * Self.minute
        #expect(PingPong.partner(of: "a", at: next, after: turns) == (isGame ? "b" : nil))
        #expect(PingPong.partner(of: "b", at: next, after: turns) == nil)
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
