import BureauDomain
import Testing

@Suite("The life of an artifact")
struct ArtifactMachineTests {
    /// Row by row: where each event leads from each state; nil is refused.
    private static let table: [(ArtifactMachine.Event, [ArtifactState: ArtifactState])] = [
        (.reviewOpened, [.draft: .reviewReady, .changesAsked: .reviewReady]),
        (.changesAsked, [.reviewReady: .changesAsked]),
        (.accepted, [.draft: .accepted, .reviewReady: .accepted, .changesAsked: .accepted]),
        (.acceptanceUndone, [.accepted: .reviewReady]), (.published, [.accepted: .published]),
        (
            .superseded,
            [
                .reviewReady: .superseded, .changesAsked: .superseded, .accepted: .superseded, .published: .superseded,
            ]
        ),
        (
            .dismissed,
            [
                .draft: .dismissed, .reviewReady: .dismissed, .changesAsked: .dismissed, .accepted: .dismissed,
                .published: .dismissed,
            ]
        ),
        (.cameBack, [.superseded: .accepted]), (.cameBackPublished, [.superseded: .published]),
    ]

    @Test(
        "Each event leads where it should from every state it may leave, and is refused in every other",
        arguments: table)
    func moves(event: ArtifactMachine.Event, leads: [ArtifactState: ArtifactState]) throws {
        for state in ArtifactState.allCases {
            var machine = ArtifactMachine(state: state)
            if let next = leads[state] {
                try machine.apply(event)
                #expect(machine.state == next)
            } else {
                #expect(throws: ArtifactMachine.Rejected.self) { try machine.apply(event) }
                #expect(machine.state == state)
            }
        }
    }

    @Test("Nothing leaves a final state, every other can be left, and every event is in the table")
    func whole() {
        #expect(Self.table.map(\.0.rawValue).sorted() == ArtifactMachine.Event.allCases.map(\.rawValue).sorted())
        for state in ArtifactState.allCases {
            let ways = ArtifactMachine.Event.allCases.filter { $0.leaves.contains(state) }
            #expect(ways.isEmpty == state.isFinal, "\(state)")
        }
    }
}

@Suite("Periods of artifacts")
struct ArtifactPeriodTests {
    private static let dates: [(String, String, String?)] = [
        ("2026-11-01", "2026-11-30", "2026-11"), ("2026-02-01", "2026-02-28", "2026-02"),
        ("2024-02-01", "2024-02-28", "2024-02-01/2024-02-28"), ("2026-08-23", "2026-11-21", "2026-08-23/2026-11-21"),
        ("2026-08-23T10:00:00Z", "2026-11-21T09:00:00Z", "2026-08-23/2026-11-21"), ("2026-11-02", "2026-11-01", nil),
        ("2026-02-30", "2026-03-01", nil), ("2026-13-01", "2026-13-02", nil), ("", "", nil), ("soon", "later", nil),
        ("2026-11-01", "2026-1-30", nil), ("२०२६-11-01", "2026-11-30", nil),
    ]

    @Test("Two days in their order are a period, and a whole month is called by its month", arguments: dates)
    func key(from: String, to: String, key: String?) {
        #expect(ArtifactPeriod(from: from, to: to)?.key == key)
    }

    private static let words: [(String, String, String)] = [
        ("2026-11-01", "2026-11-30", "November 2026"), ("2024-02-01", "2024-02-29", "February 2024"),
        ("2026-08-23", "2026-11-21", "23 Aug to 21 Nov 2026"), ("2025-12-03", "2026-01-02", "3 Dec 2025 to 2 Jan 2026"),
        ("2026-11-21", "2026-11-21", "21 Nov 2026"),
    ]

    @Test("People read a period in words, never in figures alone", arguments: words)
    func inWords(from: String, to: String, words: String) {
        #expect(ArtifactPeriod(from: from, to: to)?.words == words)
    }

    @Test(
        "The month before one, over the year's end too",
        arguments: [("2026-11", "2026-10"), ("2026-01", "2025-12"), ("2026-13", nil), ("", nil)] as [(String, String?)])
    func before(month: String, expected: String?) { #expect(ArtifactPeriod.monthBefore(month) == expected) }
}
