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

    /// When each task was made after the start of the run before, whose session takes ten minutes and whose delivery one.
    private static let makings: [(String, Int64, judged: Bool, Bool)] = [
        ("many at once, while the first of them work", 1_000, judged: false, false),
        ("just before the session ends", 599_999, judged: false, false),
        ("as the delivery begins", 600_000, judged: false, true),
        ("two minutes after the delivery", 780_000, judged: false, true),
        ("longer: somebody has read it", 780_001, judged: false, false),
        ("the delivery that people judge", 660_000, judged: true, true),
        ("two minutes after they began to judge", 780_000, judged: true, true),
        ("while they judge", 780_001, judged: true, false),
    ]

    @Test("New tasks are held to be of a run's making from its delivery to shortly after it", arguments: makings)
    func made(what: String, after: Int64, isJudged: Bool, isLoop: Bool) {
        let turns = (0..<SelfLoop.ownTurnsMax).map { index in
            let from = Int64(index) * after
            return SelfLoop.Turn(
                agent: "a", acceptedAt: from, endedAt: from + (isJudged ? 86_400_000 : 660_000),
                workedUntil: from + 600_000, judgedFrom: isJudged ? from + 660_000 : nil, hasWorked: true,
                isAskedByPerson: false)
        }
        #expect(SelfLoop.isOwnLoop("a", at: Int64(SelfLoop.ownTurnsMax) * after, after: turns) == isLoop, "\(what)")
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
