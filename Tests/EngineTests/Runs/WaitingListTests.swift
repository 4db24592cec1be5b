import BureauDomain
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("Lists of what waits for people")
struct WaitingListTests {
    /// Three hundred runs of two clients and two askers in every state that waits or has ended. Every other failure was
    /// taken note of.
    private static func furnish(_ bench: Bench) async throws {
        let hash = try bench.agent.hash
        _ = try await bench.database.engine.write {
            try $0.execute(
                """
                INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key,
                    client_slug, session_id, state, cause, cause_sentence, accepted_at, ended_at, due_at, seen_at)
                WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 299)
                SELECT printf('01KARVN%019d', n), 'sentinel', '1.0.0', ?, 'cli',
                    CASE n % 3 WHEN 0 THEN 'cli ana' ELSE 'cli ben' END, 'k/' || n,
                    CASE n / 5 % 2 WHEN 0 THEN 'acme' ELSE 'plunkett' END, 'sesn_' || n,
                    CASE n % 5 WHEN 0 THEN 'failed' WHEN 1 THEN 'done_with_problems' WHEN 2 THEN 'needs_info'
                        WHEN 3 THEN 'in_review' ELSE 'done' END,
                    'session_terminated', 'It ended.', n, CASE WHEN n % 5 NOT IN (2, 3) THEN 1 END, 0,
                    CASE WHEN n % 5 < 2 AND n % 2 = 0 THEN 1 END
                FROM number
                """, [hash])
        }
    }

    private static func listing(_ states: [RunState], isUnseen: Bool = false, mine: Bool = false) -> RunListing {
        var listing = RunListing(visible: nil)
        (listing.states, listing.isUnseen, listing.isOldestFirst, listing.limit) = (states, isUnseen, true, 1_000)
        if mine { listing.concern = .init(clients: ["acme"], requesters: ["cli ana"]) }
        return listing
    }

    private static let failures: [RunState] = [.failed, .doneWithProblems]
    private static let questions: [(String, RunListing, by: String, is: @Sendable (Int) -> Bool)] = [
        ("failures", listing(failures, isUnseen: true), "run_unseen", { $0 % 5 < 2 && $0 % 2 == 1 }),
        ("one kind of them", listing([.failed], isUnseen: true), "run_unseen", { $0 % 5 == 0 && $0 % 2 == 1 }),
        (
            "all that wants attention", listing(failures + [.needsInfo], isUnseen: true), "run_unseen",
            { $0 % 5 == 2 || $0 % 5 < 2 && $0 % 2 == 1 }
        ),
        ("reviews", listing([.inReview]), "run_state_newest", { $0 % 5 == 3 }),
        (
            "my reviews", listing([.inReview], mine: true), "run_waits_client",
            { $0 % 5 == 3 && ($0 / 5 % 2 == 0 || $0 % 3 == 0) }
        ),
        (
            "my failures", listing(failures, isUnseen: true, mine: true), "run_waits_asker",
            { $0 % 5 < 2 && $0 % 2 == 1 && ($0 / 5 % 2 == 0 || $0 % 3 == 0) }
        ),
    ]

    @Test("A client's newest run, a session's run and since when a review waits are found by indexes")
    func found() async throws {
        let bench = try await Bench()
        try await Self.furnish(bench)
        func id(_ number: Int) -> String {
            "01KARVN" + String(repeating: "0", count: 19 - "\(number)".count) + "\(number)"
        }
        let (waiting, done) = (id(3), id(4))
        try await bench.database.engine.write { db in
            for slug in ["acme", "plunkett", "nobody"] {
                try db.execute(
                    """
                    INSERT INTO client (slug, name, record, created_at, updated_at) VALUES (?, ?, '{}', 1, 1)
                    ON CONFLICT DO NOTHING
                    """, [slug, slug])
            }
            for (run, seq, at) in [(waiting, 1, 5), (waiting, 2, 9), (done, 1, 7)] as [(String, Int64, Int64)] {
                try db.execute(
                    "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, ?, ?, 'in_review', 'ready')",
                    [run, seq, at])
            }
        }
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        let newest = try await desk.newest(ofClients: ["acme", "plunkett", "nobody"]).mapValues(\.id)
        #expect(newest == ["acme": id(294), "plunkett": id(299)])
        #expect(try await desk.find(session: "sesn_7")?.id == id(7))
        #expect(try await desk.find(session: "sesn_none") == nil)
        #expect(try await desk.readyForReview([waiting, done]) == [waiting: 9])
    }

    @Test("Each has what it says, counts as many, and is answered by an index that holds little else")
    func lists() async throws {
        let bench = try await Bench()
        try await Self.furnish(bench)
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        for (what, listing, index, isListed) in Self.questions {
            let numbers = try await desk.list(listing).compactMap { Int($0.id.dropFirst(7)) }
            #expect(numbers == (0..<300).filter(isListed), "\(what)")
            #expect(try await desk.count(listing, atMost: 1_000) == numbers.count, "\(what)")
            let (clause, values) = listing.clause
            let plan = try await bench.database.engine.query(
                "EXPLAIN QUERY PLAN SELECT * \(clause) ORDER BY id LIMIT 100", values
            ).map { try $0.text("detail") }
            #expect(plan.contains { $0.contains(index) }, "\(what): \(plan)")
            #expect(!plan.contains("SCAN run"), "\(what): \(plan)")
        }
    }

    @Test("A failure leaves them once somebody took note of it, and comes back when it fails again")
    func seen() async throws {
        let bench = try await Bench()
        let desk = RunDesk(database: bench.database, doors: bench.clock.doors)
        let failed = try await bench.run([.taken, .broke(RunCause(.sessionTerminated, "It ended."))])
        try #require(failed.state == .failed)
        let waiting = Self.listing(Self.failures, isUnseen: true)
        #expect(try await desk.list(waiting).map(\.id) == [failed.id])
        try await desk.markSeen(failed.id, by: "ana", note: "Known.")
        #expect(try await desk.list(waiting).isEmpty)
        #expect(try await desk.seen(failed.id)?.note == "Known.")
        // Tried again, it fails again: that is news.
        _ = try await desk.retry(failed.id)
        _ = try await bench.move(failed.id, .taken)
        _ = try await bench.move(failed.id, .broke(RunCause(.sessionTerminated, "It ended once more.")))
        #expect(try await desk.list(waiting).map(\.id) == [failed.id])
    }
}
