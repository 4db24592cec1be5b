import BureauDomain
import Testing

@Suite("What may be built on")
struct ArtifactReuseTests {
    private static let now: Int64 = 1_795_000_000_000, day: Int64 = 86_400_000
    private typealias Candidate = ArtifactReuse.Candidate

    private static let question = ArtifactReuse.Question(
        client: "shamrock", kinds: ["seo-audit"], channels: ["seo"], periods: [.month("2026-10")], month: "2026-11",
        now: now)

    private static let good = ArtifactReuse.Candidate(
        client: "shamrock", kind: "seo-audit", channel: "seo", period: ArtifactPeriod(month: "2026-10"),
        state: .accepted,
        staleAfterDays: 30, createdAt: now - 10 * day)

    private static func with(_ change: (inout Candidate) -> Void) -> Candidate {
        var candidate = good
        change(&candidate)
        return candidate
    }

    private static let table: [(String, ArtifactReuse.Candidate, ArtifactReuse.Exclusion?)] = [
        ("accepted, fresh, of that period and channel", good, nil),
        ("published", with { $0.state = .published }, nil),
        ("as old as is allowed", with { $0.createdAt = now - 30 * day }, nil),
        ("of another client", with { $0.client = "other" }, .anotherClient),
        ("of no client", with { $0.client = nil }, .anotherClient),
        ("of another kind", with { $0.kind = "ga4-report" }, .anotherKind),
        ("dismissed", with { $0.state = .dismissed }, .dismissed),
        (
            "superseded",
            with {
                $0.state = .superseded
                $0.supersededBy = "01NEWER"
            }, .superseded(by: "01NEWER")
        ),
        ("blocked", with { $0.blocked = "a file never arrived" }, .blocked("a file never arrived")),
        ("with changes asked", with { $0.state = .changesAsked }, .unresolvedFeedback),
        ("accepted, with a comment nobody answered", with { $0.hasOpenFeedback = true }, .unresolvedFeedback),
        ("waiting for review", with { $0.state = .reviewReady }, .notAccepted),
        ("a draft", with { $0.state = .draft }, .notAccepted),
        ("a day too old", with { $0.createdAt = now - 31 * day }, .stale(days: 31, max: 30)),
        ("of another month", with { $0.period = ArtifactPeriod(month: "2026-09") }, .wrongPeriod("2026-09")),
        ("of no period", with { $0.period = nil }, .wrongPeriod("no period")),
        ("of another channel", with { $0.channel = "google-ads" }, .wrongChannel("google-ads")),
        ("of no channel", with { $0.channel = nil }, .wrongChannel("no channel")),
        (
            "dismissed and stale: the dismissal weighs more",
            with {
                $0.state = .dismissed
                $0.createdAt = 0
            }, .dismissed
        ),
        ("made in a future our clock has not reached", with { $0.createdAt = now + day }, nil),
    ]

    @Test("An artifact that is", arguments: table)
    func judged(what: String, candidate: ArtifactReuse.Candidate, expected: ArtifactReuse.Exclusion?) {
        #expect(ArtifactReuse.exclusion(candidate, Self.question) == expected, "\(what)")
        if let expected { #expect(!expected.sentence.isEmpty && !expected.code.contains(" ")) }
    }

    private static let wishes: [(PeriodWish, String?, Bool)] = [
        (.any, nil, true), (.any, "2020-01", true), (.current, "2026-11", true), (.current, "2026-10", false),
        (.current, nil, false), (.previous, "2026-10", true), (.previous, "2026-11", false),
        (.month("2026-08"), "2026-08", true), (.month("2026-08"), "2026-07", false),
    ]

    @Test("A period that is asked for takes the months it means, seen from the asker's own", arguments: wishes)
    func period(wish: PeriodWish, month: String?, isTaken: Bool) {
        var question = Self.question
        question.periods = [wish]
        let candidate = Self.with {
            $0.period = month.flatMap { ArtifactPeriod(month: $0) }
            $0.staleAfterDays = 3_650
        }
        #expect((ArtifactReuse.exclusion(candidate, question) == nil) == isTaken)
    }

    @Test("The asker's own age limit counts when it is the shorter one")
    func age() {
        var question = Self.question
        question.ageDaysMax = 5
        #expect(ArtifactReuse.exclusion(Self.good, question) == .stale(days: 10, max: 5))
        question.ageDaysMax = 90
        #expect(ArtifactReuse.exclusion(Self.with { $0.createdAt = Self.now - 40 * Self.day }, question) != nil)
    }

    @Test("With nothing said about kind, channel and period, everything that counts is taken")
    func open() {
        let question = ArtifactReuse.Question(client: "shamrock", month: "2026-11", now: Self.now)
        let plain = Self.with {
            $0.kind = "anything"
            $0.channel = nil
            $0.period = nil
        }
        #expect(ArtifactReuse.exclusion(plain, question) == nil)
    }
}
