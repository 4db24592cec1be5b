import Testing

@testable import bureau

@Suite("A server that a command waits for")
struct ServerSightTests {
    private static let sights: [(String, looks: [(second: Int, isHeld: Bool)], isGone: Bool)] = [
        ("there all the time", [(0, true), (60, true)], false),
        ("away for a moment", [(0, true), (60, false)], false),
        ("away for as long as a start takes", [(0, true), (1, false), (10, false)], false),
        ("away and back", [(0, false), (9, false), (9, true), (10, false), (19, false)], false),
        ("gone", [(0, true), (1, false), (6, false), (11, false)], true),
        ("never there", [(0, false), (10, false)], true),
    ]

    @Test("It is gone when it was away for ten seconds without a break", arguments: sights)
    func gone(what: String, looks: [(second: Int, isHeld: Bool)], isGone: Bool) {
        var sight = ServerSight()
        let start = ContinuousClock.now
        let seen = looks.map { sight.isGone(isHeld: $0.isHeld, now: start.advanced(by: .seconds($0.second))) }
        #expect(seen.last == isGone && !seen.dropLast().contains(true), "\(what)")
    }
}
