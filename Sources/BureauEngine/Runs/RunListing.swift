package import BureauDomain
import BureauStorage

/// Which runs a page shows, newest first unless it says otherwise, and to whom. Every condition that is set is answered by an index.
package struct RunListing: Sendable, Hashable {
    package var agent: String?
    package var client: String?
    /// None for every state.
    package var states: [RunState] = []
    /// Clients that may be seen; nil for all. Runs without a client are everybody's.
    package var visible: Set<String>?
    /// Failures nobody has taken note of.
    package var isUnseen = false
    /// Runs with a write nobody can tell of.
    package var isDoubtful = false
    package var task: String?
    package var trigger: String?
    /// Where the tasks of runs are kept that a webhook started.
    package var tool: WorkToolKind?
    /// Words that people see of a run, each of which must be there.
    package var text: String?
    /// Only these, of which there are few.
    package var among: Set<String>?
    /// Milliseconds UTC.
    package var acceptedFrom: Int64?
    package var acceptedBefore: Int64?
    /// Cursor: only runs older than this id.
    package var before: String?
    /// Cursor of a list that begins with the oldest: only runs younger than this id.
    package var after: String?
    /// Runs of these clients, and those that one of these asked for.
    package var concern: Concern?
    package struct Concern: Sendable, Hashable {
        let clients: Set<String>, requesters: [String]
        package init(clients: Set<String>, requesters: [String]) {
            (self.clients, self.requesters) = (clients, requesters)
        }
    }
    package var limit = 50
    package var isOldestFirst = false
    /// Conditions that exclude each other.
    package var isEmpty = false
    package static let limitMax = 1_000
    /// How many of the newest runs a search without any other condition looks through.
    package static let searchedMax = 200_000

    package init(visible: Set<String>?) { self.visible = visible }

    private static func firstID(at milliseconds: Int64) -> String {
        ULID.make(milliseconds: max(0, milliseconds), randomness: (0, 0))
    }

    private static let failures: Set<RunState> = [.failed, .doneWithProblems]
    /// In the words of the indexes that hold just these, so that what is settled is never walked through.
    private static let unseen = "state IN ('failed', 'done_with_problems') AND seen_at IS NULL"
    private static let waits = "(state IN ('needs_info', 'in_review') OR (\(unseen)))"

    /// The expression of the lists' own index.
    private static func inStates(_ states: [RunState], _ marks: (Int) -> String) -> String {
        "(state || '') IN (\(marks(states.count)))"
    }

    /// Failures nobody has taken note of, and runs in whatever other states are asked for.
    private func unseenClause(_ marks: (Int) -> String) -> (String, [any SQLBindable]) {
        let failed = states.filter(Self.failures.contains), others = states.filter { !Self.failures.contains($0) }
        // One of the two alone is looked for among both.
        let isOne = failed.count == 1, one = isOne ? " AND state = ?" : ""
        let values: [any SQLBindable] = isOne ? failed.map(\.rawValue) : []
        guard !others.isEmpty else { return (Self.unseen + one, values) }
        return (
            """
            id IN (SELECT id FROM run WHERE \(Self.unseen)\(one) UNION ALL
                SELECT id FROM run WHERE \(Self.inStates(others, marks)))
            """, values + others.map(\.rawValue)
        )
    }

    /// Each half by an index of its own where it is about what waits for people; what is in doubt is little as it is.
    private func concernClause(_ concern: Concern, _ marks: (Int) -> String) -> (String, [any SQLBindable]) {
        let (clients, askers) = (concern.clients.sorted(), concern.requesters)
        let ours = "client_slug IN (\(marks(clients.count)))", asked = "requested_by IN (\(marks(askers.count)))"
        let waiting = Self.failures.filter { _ in isUnseen }.union([.needsInfo, .inReview])
        guard !states.isEmpty, waiting.isSuperset(of: states) else {
            return ("(\(ours) OR \(asked))", clients + askers)
        }
        let named = states.map(\.rawValue), inThem = "\(Self.waits) AND state IN (\(marks(named.count)))"
        return (
            """
            id IN (SELECT id FROM run WHERE \(inThem) AND \(ours) UNION SELECT id FROM run WHERE \(inThem) AND \(asked))
            """, named + clients + named + askers
        )
    }

    /// A search where nothing else finds few rows by an index: the short rows are looked through, newest first.
    var isWide: Bool {
        RunWordsSearch(text) != nil && [agent, client, task].allSatisfy { $0 == nil } && states.isEmpty && !isDoubtful
            && among == nil
    }

    /// The column that the list is in the order of.
    var place: String { isWide ? "run_text.run_id" : "id" }

    /// The tables, what narrows their rows, and the values of that.
    var clause: (text: String, values: [any SQLBindable]) {
        let from = isWide ? "FROM run_text CROSS JOIN run ON run.id = run_text.run_id" : "FROM run"
        var (conditions, values): ([String], [any SQLBindable]) = ([], [])
        func add(_ condition: String, _ more: [any SQLBindable]) {
            conditions.append(condition)
            values += more
        }
        if isEmpty { add("1 = 0", []) }
        func marks(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ", ") }
        if let agent { add("agent = ?", [agent]) }
        if let client { add("client_slug = ?", [client]) }
        if let task { add("task_id = ?", [task]) }
        if let trigger { add("trigger_source = ?", [trigger]) }
        // Rows from before there were two tools do not say which.
        if let tool { add("coalesce(task_tool, 'clickup') = ?", [tool.rawValue]) }
        if isUnseen, states.contains(where: Self.failures.contains) {
            let (condition, more) = unseenClause(marks)
            add(condition, more)
        } else if !states.isEmpty {
            add(Self.inStates(states, marks), states.map(\.rawValue))
        }
        if let visible {
            add("(client_slug IS NULL OR client_slug IN (\(marks(visible.count))))", visible.sorted())
        }
        if isDoubtful { add("id IN (SELECT run_id FROM step WHERE state = 'doubtful')", []) }
        // Ids sort by time, so a time is a place in the list.
        if let acceptedFrom { add("\(place) >= ?", [Self.firstID(at: acceptedFrom)]) }
        if let acceptedBefore { add("\(place) < ?", [Self.firstID(at: acceptedBefore)]) }
        if let before { add("\(place) < ?", [before]) }
        if let after { add("\(place) > ?", [after]) }
        if let concern {
            let (condition, more) = concernClause(concern, marks)
            add(condition, more)
        }
        if let among { add("id IN (\(marks(among.count)))", among.sorted()) }
        if let words = RunWordsSearch(text) {
            add(isWide ? words.direct : words.condition, words.values)
            if isWide {
                add(
                    """
                    run_text.run_id > coalesce(
                        (SELECT run_id FROM run_text ORDER BY run_id DESC LIMIT 1 OFFSET \(Self.searchedMax)), '')
                    """, [])
            }
        }
        return (from + (conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")), values)
    }

    var order: String { isOldestFirst ? "ASC" : "DESC" }
}

extension RunDesk {
    package func list(_ listing: RunListing) async throws -> [RunRecord] {
        if listing.text != nil { try await texts.bringUpToDate() }
        let (clause, values) = listing.clause
        let limit = min(max(listing.limit, 1), RunListing.limitMax)
        return try await database.query(
            "SELECT \(RunStore.columns) \(clause) ORDER BY \(listing.place) \(listing.order) LIMIT ?", values + [limit]
        ).map(RunRecord.init)
    }

    /// How many there are, counted no further than `atMost`.
    package func count(_ listing: RunListing, atMost: Int = 100) async throws -> Int {
        let (clause, values) = listing.clause
        return Int(
            try await database.query(
                "SELECT count(*) AS n FROM (SELECT 1 \(clause) LIMIT ?) AS some", values + [atMost]
            ).first?.integer("n") ?? 0)
    }

    /// Takes note of a failure: it needs nobody any more, and stays as it is.
    package func markSeen(_ id: String, by person: String, note: String) async throws {
        let now = doors.now()
        try await database.write { db in
            guard let run = try RunStore(db: db).find(id), run.state.isFinal else {
                throw Refused(kind: .notNow, description: "run \(id) has not ended")
            }
            try RunSeen(db: db).note(id, by: person, String(note.prefix(500)), now: now)
            try AlertStore(db: db).resolve(subject: id, now: now)
            try RunEventStore(db: db).append(
                id, kind: "seen", detail: note.isEmpty ? "seen by \(person)" : "seen by \(person): \(note)", now: now)
        }
    }

    /// The newest lines of a run's own history that come before `seq`, in order.
    package func newestEvents(_ id: String, before seq: Int64 = .max, limit: Int = 200) async throws -> [RunEvent] {
        try await database.query(
            "SELECT seq, at, kind, detail FROM run_event WHERE run_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
            [id, seq, limit]
        ).map {
            RunEvent(
                seq: try $0.integer("seq"), at: try $0.integer("at"), kind: try $0.text("kind"),
                detail: try $0.text("detail")
            ).shown
        }.reversed()
    }

    /// Where a run's own history stood at a moment: the place of the first line after it.
    package func eventsEnd(_ id: String, at moment: Int64) async throws -> Int64 {
        try await database.query(
            "SELECT coalesce(max(seq), 0) AS seq FROM run_event WHERE run_id = ? AND at <= ?", [id, moment]
        ).first.map { try $0.integer("seq") + 1 } ?? 1
    }

    package func approvals(_ id: String) async throws -> [ApprovalRecord] {
        try await database.read { try ApprovalStore(db: $0).list(run: id) }
    }
}

extension RunDesk {
    /// Several runs at once, by id. At most 1,000.
    package func find(ids: [String]) async throws -> [String: RunRecord] {
        let wanted = Array(Set(ids)).prefix(RunListing.limitMax)
        guard !wanted.isEmpty else { return [:] }
        let marks = Array(repeating: "?", count: wanted.count).joined(separator: ", ")
        let found = try await database.query(
            "SELECT \(RunStore.columns) FROM run WHERE id IN (\(marks))", Array(wanted)
        ).map(RunRecord.init)
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    /// The newest run of each of these clients, by their slugs. At most 1,000.
    package func newest(ofClients slugs: [String]) async throws -> [String: RunRecord] {
        let wanted = Array(Set(slugs)).prefix(RunListing.limitMax)
        guard !wanted.isEmpty else { return [:] }
        let marks = Array(repeating: "?", count: wanted.count).joined(separator: ", ")
        let found = try await database.query(
            """
            SELECT \(RunStore.columns) FROM run WHERE id IN (
                SELECT (SELECT max(id) FROM run WHERE client_slug = client.slug) FROM client WHERE slug IN (\(marks)))
            """, Array(wanted)
        ).map(RunRecord.init)
        return Dictionary(found.compactMap { run in run.clientSlug.map { ($0, run) } }, uniquingKeysWith: { $1 })
    }

    /// The run that has this session.
    package func find(session: String) async throws -> RunRecord? {
        try await database.query(
            "SELECT \(RunStore.columns) FROM run WHERE session_id = ?", [session]
        ).first.map(RunRecord.init)
    }
}
