import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// How far one project has been read.
package struct AsanaStreamRecord: Sendable, Hashable {
    package let account: String
    package let projectID: String
    let syncToken: String?
    let crawledUntil: Int64?
    package let askedAt: Int64
    package let wholeAt: Int64?
    package let failures: Int64
    package let problem: String?

    init(_ row: Row) throws {
        account = try row.text("account")
        projectID = try row.text("project_id")
        syncToken = try row.textIfAny("sync_token")
        crawledUntil = try row.integerIfAny("crawled_until")
        askedAt = try row.integer("asked_at")
        wholeAt = try row.integerIfAny("whole_at")
        failures = try row.integer("failures")
        problem = try row.textIfAny("problem")
    }
}

/// The SQL of `asana_stream`.
struct AsanaStreamStore {
    let db: any Connection

    func find(_ account: String, _ project: String) throws -> AsanaStreamRecord? {
        try db.first("SELECT * FROM asana_stream WHERE account = ? AND project_id = ?", [account, project])
            .map(AsanaStreamRecord.init)
    }

    func all() throws -> [AsanaStreamRecord] {
        try db.query("SELECT * FROM asana_stream ORDER BY account, project_id").map(AsanaStreamRecord.init)
    }

    /// Nil leaves what is known.
    func reached(_ account: String, _ project: String, token: String, crawledUntil: Int64?, wholeAt: Int64?, now: Int64)
        throws
    {
        try db.execute(
            """
            INSERT INTO asana_stream (account, project_id, sync_token, crawled_until, whole_at, asked_at)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (account, project_id) DO UPDATE SET sync_token = excluded.sync_token,
                crawled_until = coalesce(excluded.crawled_until, crawled_until),
                whole_at = coalesce(excluded.whole_at, whole_at), asked_at = excluded.asked_at, failures = 0,
                problem = NULL
            """, [account, project, token, crawledUntil, wholeAt, now])
    }

    /// Returns how many times in a row it has failed now.
    func failed(_ account: String, _ project: String, _ problem: String, now: Int64) throws -> Int64 {
        try db.query(
            """
            INSERT INTO asana_stream (account, project_id, asked_at, failures, problem) VALUES (?, ?, ?, 1, ?)
            ON CONFLICT (account, project_id) DO UPDATE SET failures = failures + 1, asked_at = excluded.asked_at,
                problem = excluded.problem
            RETURNING failures
            """, [account, project, now, String(problem.prefix(500))]
        ).first?.integer("failures") ?? 1
    }

    /// The next look is at the whole project.
    func askWhole(_ account: String, _ project: String) throws {
        try db.execute(
            "UPDATE asana_stream SET sync_token = NULL, crawled_until = NULL WHERE account = ? AND project_id = ?",
            [account, project])
    }
}

/// Reads each project's event stream: what webhooks lost, and everything where there are none. A token that is lost means
/// a look at the tasks themselves; one that is kept means a look at what it names.
package struct AsanaStream: Sendable {
    static let pagesMax = 200
    static let absencesCheckedMax = 100
    /// Of one agent: more than it can have in its projects, of which no look reads more tasks than this.
    static let staysMax = 50_000
    /// Asked for again each time, for clocks that differ and changes that show late.
    static let overlapMilliseconds: Int64 = 10 * 60_000
    static let wholeEveryMilliseconds: Int64 = 3_600_000

    /// Of one account.
    let parts: EngineParts
    let wake: @Sendable () -> Void
    var listings = AsanaListings()

    func sweepAll() async throws {
        guard let asana = parts.connections.asana else { return }
        let watches = AsanaWatches(parts)
        guard !watches.projects.isEmpty else { return }
        let now = parts.doors.now()
        _ = await stored { try AsanaLookStore(db: $0).forget(now: now) }
        for project in watches.projects {
            do throws(VendorError) { try await sweep(project, watches, asana) } catch {
                try Task.checkCancellation()
                try await failed(project, watches.account, error)
            }
        }
    }

    private func sweep(_ project: String, _ watches: AsanaWatches, _ asana: AsanaClient) async throws(VendorError) {
        let known = await stored { try AsanaStreamStore(db: $0).find(watches.account, project) } ?? nil
        let began = parts.doors.now()
        let isWhole = known?.wholeAt.map { began - $0 >= Self.wholeEveryMilliseconds } ?? true
        var token = known?.syncToken
        for _ in 0..<Self.pagesMax {
            let page = try await asana.events(project: project, sync: token)
            if page.isTokenLost {
                // The tasks first: a token that is kept before them would forget what they have to tell.
                try await crawl(project, since: known?.crawledUntil, watches, asana)
                try await finish(
                    project, page.sync, watches, crawledUntil: began, wholeAt: known?.crawledUntil == nil ? began : nil)
                return
            }
            try await take(page, project, watches)
            token = page.sync
            if !page.hasMore { break }
        }
        guard isWhole, let token else { return }
        try await crawl(project, since: nil, watches, asana)
        try await finish(project, token, watches, crawledUntil: began, wholeAt: began)
    }

    /// One page of events and the token that follows it, in one commit.
    private func take(_ page: AsanaEvents, _ project: String, _ watches: AsanaWatches) async throws(VendorError) {
        let (account, now, projects) = (watches.account, parts.doors.now(), parts.catalog.asanaProjects)
        let count = await stored { db in
            let own = try AsanaEcho.ownUser(db, account: account)
            let digest = AsanaDigest(page.events, ownUser: own, projects: projects)
            let count = try AsanaHintWriter(db: db, account: account, now: now).write(digest, signal: nil)
            // Not only at the next look at everything: until then a second failure would be told to nobody.
            if let known = try AsanaStreamStore(db: db).find(account, project), known.failures > 0 {
                try AlertStore(db: db).resolve(subject: Self.subject(project), now: now)
            }
            try AsanaStreamStore(db: db).reached(
                account, project, token: page.sync, crawledUntil: nil, wholeAt: nil, now: now)
            return count
        }
        guard let count else { throw Self.unstored }
        if count > 0 { wake() }
    }

    /// Every open task of the project, or all that changed since. Each is decided from what was listed.
    private func crawl(_ project: String, since: Int64?, _ watches: AsanaWatches, _ asana: AsanaClient)
        async throws(VendorError)
    {
        var offset: String?, seen: Set<String> = []
        let from = since.map { max(0, $0 - Self.overlapMilliseconds) }, began = parts.doors.now()
        // Clients see what is done as well.
        let isRecorded = watches.records.containers.contains(project)
        for page in 0..<Self.pagesMax {
            let found = try await asana.tasks(
                project: project, modifiedSince: from, withCompleted: from != nil || isRecorded, offset: offset)
            seen.formUnion(found.items.map(\.gid))
            try await decide(found.items, watches)
            offset = found.nextOffset
            if offset == nil { break }
            guard page + 1 < Self.pagesMax else {
                throw VendorError(
                    vendor: .asana, operation: "GET tasks", kind: .unreadable(field: "next_page"),
                    detail: "more than \(Self.pagesMax * 100) tasks")
            }
        }
        guard from == nil else { return }
        try await checkAbsent(project, watches, seen, asana)
        _ = await stored { try TaskRecordStore(db: $0).removeUnseen(.asana, container: project, since: began) }
    }

    private func decide(_ tasks: [AsanaTask], _ watches: AsanaWatches) async throws(VendorError) {
        guard !tasks.isEmpty else { return }
        let doors = parts.doors
        let started = await stored { db in
            try tasks.filter { AsanaDigest.isGID($0.gid) }.count {
                let verdict = try AsanaDecision(db: db, watches: watches, doors: doors).take($0, isSwept: true)
                if case .run = verdict { return true }
                return false
            }
        }
        guard let started else { throw Self.unstored }
        guard started > 0 else { return }
        parts.counters.add(.sweptRuns, by: Int64(started))
        wake()
    }

    /// A task that is believed to be ours and was not listed is asked for by itself, but for what stands in another
    /// project of its agent: when it is gone from there as well, the look at that project asks for it.
    private func checkAbsent(
        _ project: String, _ watches: AsanaWatches, _ seen: Set<String>, _ asana: AsanaClient
    ) async throws(VendorError) {
        let agents = watches.watches.filter { $0.trigger.projects.contains(project) }
        let present = await stored { db in
            try agents.map { try TaskStayStore(db: db).present(agent: $0.name, after: "", limit: Self.staysMax) }
        }
        guard let present else { return }
        let (account, now) = (watches.account, parts.doors.now())
        listings.put(account, project, seen.intersection(present.joined()), at: now)
        var absent: Set<String> = []
        for (agent, tasks) in zip(agents, present) {
            let others = agent.trigger.projects.filter { $0 != project }
            let elsewhere = listings.tasks(account, in: others, now: now)
            absent.formUnion(Set(tasks).subtracting(seen).subtracting(elsewhere))
        }
        let missing = absent.filter(AsanaDigest.isGID)
        for id in listings.turn(account, project, of: missing).prefix(Self.absencesCheckedMax) {
            // Before it is asked for: one that cannot be read does not keep those behind it from their turn.
            listings.asked(account, project, for: id)
            do throws(VendorError) { try await decide([try await asana.task(id)], watches) } catch {
                guard case .rejected = error.kind else { throw error }
                let doors = parts.doors
                _ = await stored { try AsanaDecision(db: $0, watches: watches, doors: doors).gone(id) }
            }
        }
    }

    private func finish(
        _ project: String, _ token: String, _ watches: AsanaWatches, crawledUntil: Int64, wholeAt: Int64?
    ) async throws(VendorError) {
        let (account, now) = (watches.account, parts.doors.now())
        _ = await stored { db in
            try AsanaStreamStore(db: db).reached(
                account, project, token: token, crawledUntil: crawledUntil, wholeAt: wholeAt, now: now)
            try AlertStore(db: db).resolve(subject: Self.subject(project), now: now)
        }
    }

    private static func subject(_ project: String) -> String { "Asana project \(project)" }
    private static let unstored = VendorError(
        vendor: .asana, operation: "sweep", kind: .unreadable(field: "database"),
        detail: "the database could not be written")

    /// Nil, with a line in the log, when the database refused.
    private func stored<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async -> Value? {
        do { return try await parts.database.write(body) } catch {
            parts.logger.error("a sweep of Asana could not be written down", metadata: ["why": "\(error)"])
            return nil
        }
    }

    private func failed(_ project: String, _ account: String, _ error: VendorError) async throws {
        let now = parts.doors.now()
        parts.logger.warning(
            "a project of Asana could not be swept", metadata: ["project": "\(project)", "why": "\(error)"])
        let failures = try await parts.database.write {
            try AsanaStreamStore(db: $0).failed(account, project, error.sentence, now: now)
        }
        guard failures >= 3 else { return }
        try await SystemAlarm(parts: parts).raise(
            "sweep", subject: Self.subject(project),
            "The Asana project \(project) could not be read \(failures) times in a row. \(error.sentence) Work whose webhook is lost waits until it can."
        )
    }
}
