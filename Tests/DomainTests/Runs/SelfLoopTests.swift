import BureauDomain
import Testing

@Suite("Agents that start themselves")
struct SelfLoopTests {
    private static func turn(
        _ from: Int64, _ to: Int64?, agent: String = "a", worked: Bool = true, person: Bool = true
    ) -> SelfLoop.Turn {
        SelfLoop.Turn(agent: agent, acceptedAt: from, endedAt: to, hasWorked: worked, isAskedByPerson: person)
    }

    /// Four turns of ten minutes, each a second after the end of the one before.
    private static let chain: [SelfLoop.Turn] = [
        turn(0, 600_000), turn(601_000, 1_201_000), turn(1_202_000, 1_802_000), turn(1_803_000, 2_403_000),
    ]
    private static let three = Array(chain.dropLast())
    private static let loops: [(String, [SelfLoop.Turn], Int64, Bool)] = [
        ("the fifth turn, a second after the fourth", chain, 2_404_000, true),
        ("two minutes after it", chain, 2_523_000, true),
        ("longer: somebody has read it", chain, 2_523_001, false),
        ("only three turns", three, 1_803_000, false),
        ("it delivers still", three + [turn(1_803_000, nil)], 2_000_000, true),
        ("another agent was between", three + [turn(1_803_000, 2_403_000, agent: "b")], 2_404_000, false),
        ("one waited for information", three + [turn(1_803_000, 1_804_000, worked: false)], 1_805_000, false),
        ("somebody paused in the middle", [turn(-900_000, -800_000)] + chain.dropFirst(), 2_404_000, false),
    ]

    @Test("Are told from people who start them again", arguments: loops)
    func onTask(what: String, turns: [SelfLoop.Turn], time: Int64, isLoop: Bool) {
        #expect(SelfLoop.isLoop("a", at: time, after: turns) == isLoop, "\(what)")
    }

    /// How long after the end of the run before the task changed; each run takes ten minutes.
    private static let changes: [(Int64, Bool)] = [(0, true), (120_000, true), (120_001, false), (-600_001, false)]

    @Test("What was found late counts from its change: before a run began it is none of that run's doing")
    func foundLate() {
        for (after, isLoop) in Self.changes {
            let turns = (0..<SelfLoop.ownTurnsMax).map { index in
                let from = Int64(index) * 900_000, lastEnd = from - 300_000
                return SelfLoop.Turn(
                    agent: "a", acceptedAt: from, changedAt: lastEnd + after, endedAt: from + 600_000, hasWorked: true,
                    isAskedByPerson: false)
            }
            let end = Int64(SelfLoop.ownTurnsMax) * 900_000 - 300_000
            #expect(SelfLoop.isOwnLoop("a", at: end, after: turns) == isLoop, "\(after)")
        }
    }

    @Test("Through new tasks it is a loop only when no person asked for any of them", arguments: [true, false])
    func onNewTasks(isPerson: Bool) {
        var turns: [SelfLoop.Turn] = []
        for index in 0..<8 {
            let from = Int64(index) * 61_000
            turns.append(Self.turn(from, from + 60_000, person: isPerson && index == 3))
        }
        #expect(SelfLoop.isOwnLoop("a", at: 489_000, after: turns) == !isPerson)
        #expect(!SelfLoop.isOwnLoop("a", at: 489_000, after: Array(turns.dropFirst())))
    }
}
