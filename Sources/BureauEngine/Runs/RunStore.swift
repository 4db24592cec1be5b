import BureauDomain
import BureauStorage

/// The SQL of the `run` table: one statement a method.
struct RunStore {
    static let columns = """
        id, agent, agent_version, config_sha256, trigger_source, requested_by, client_slug, client_name, task_tool, task_id,
        task_url, payload, state, cause, cause_sentence, stop_cause, session_id, model, attempt, spent_micro_usd,
        spent_method, budget_warned, events_count, last_event, summary, accepted_at, started_at, ended_at, losses,
        tries, lease_owner, lease_until, lease_epoch, cost_max_micro_usd, priority, queued_at, fault, round,
        review_accepted_at, review_accepted_by, again_of, task_title, deliver_only,
        discards_files
        """
    let db: any Connection

    /// Returns false when a run with this dedupe key exists: the same change was seen before.
    func insert(_ new: NewRun, id: String, now: Int64) throws -> Bool {
        let isNew =
            try db.execute(
                """
                INSERT INTO run (id, agent, agent_version, config_sha256, trigger_source, requested_by, dedupe_key,
                    client_slug, client_name, task_tool, task_id, payload, payload_sha256, state, priority, accepted_at,
                    due_at, cost_max_micro_usd, again_of)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)
                ON CONFLICT (dedupe_key) DO NOTHING
                """,
                [
                    id, new.agent, new.agentVersion, new.configHash, new.triggerSource.rawValue, new.requestedBy,
                    new.dedupeKey, new.clientSlug, new.clientName, new.taskID == nil ? nil : new.taskTool.rawValue,
                    new.taskID,
                    new.payload, new.payloadHash, new.priority, now, now, new.costMax?.rawValue, new.againOf,
                ]) == 1
        if isNew, new.hasThread { try RunThreadStore(db: db).open(id, now: now) }
        if isNew { try Announcements(db: db).accepted(id, now: now) }
        return isNew
    }

    private static let byID = "SELECT \(columns) FROM run WHERE id = ?"

    func find(_ id: String) throws -> RunRecord? { try db.first(Self.byID, [id]).map(RunRecord.init) }

    func find(dedupeKey: String) throws -> (id: String, sessionID: String?)? {
        try db.first("SELECT id, session_id FROM run WHERE dedupe_key = ?", [dedupeKey])
            .map { (try $0.text("id"), try $0.textIfAny("session_id")) }
    }

    /// Ids that begin with `prefix`, for people who type the first characters.
    func ids(beginning prefix: String, limit: Int = 3) throws -> [String] {
        try db.query(
            "SELECT id FROM run WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", [prefix, prefix + "~", limit]
        ).map { try $0.text("id") }
    }

    /// Ends an abandoned lease, if it is still the one that was seen and not renewed since. The run is due at once.
    func takeAway(_ run: RunRecord, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE run SET lease_owner = NULL, lease_until = NULL, due_at = ?
            WHERE id = ? AND lease_owner = ? AND lease_epoch = ? AND lease_until = ?
            """, [now, run.id, run.leaseOwner, run.leaseEpoch, run.leaseUntil]) == 1
    }

    /// Rows of one page of `abandoned`.
    static let abandonedMax = 500

    /// Runs whose lease ran out by the time of day, or whose owner is known to be dead: a page, those that end first
    /// before all others, or those behind `last`.
    func abandoned(now: Int64, deadOwners: [String], after last: RunRecord? = nil) throws -> [RunRecord] {
        let dead = deadOwners.map { _ in "?" }.joined(separator: ", ")
        let end: [any SQLBindable] = [last?.leaseUntil ?? Int64.min, last?.id ?? ""]
        let owners: [any SQLBindable] = [now] + deadOwners
        return try db.query(
            """
            SELECT \(Self.columns) FROM run WHERE lease_owner IS NOT NULL AND (lease_until, id) > (?, ?)
               AND (lease_until < ? OR lease_owner IN (\(dead))) ORDER BY lease_until, id LIMIT ?
            """, end + owners + [Self.abandonedMax]
        ).map(RunRecord.init)
    }

    /// Leases that others than `owner` hold, those that end first before all others.
    func leases(besides owner: String) throws -> [LeaseSightings.Sighting] {
        try db.query(
            """
            SELECT id, lease_owner, lease_until FROM run WHERE lease_owner IS NOT NULL AND lease_owner <> ?
            ORDER BY lease_until, id LIMIT ?
            """, [owner, LeaseSightings.seenMax]
        ).map(LeaseSightings.Sighting.init)
    }

    /// Whoever holds a run or a notice.
    func leaseOwners() throws -> [String] {
        try db.query(
            """
            SELECT lease_owner FROM run WHERE lease_owner IS NOT NULL
            UNION SELECT lease_owner FROM step
            WHERE purpose = 'notice' AND state IN ('pending', 'intended') AND lease_owner IS NOT NULL
            """
        ).map { try $0.text("lease_owner") }
    }

    /// Throws `RunMoved` unless the lease holds: what is written beside it in the same transaction is fenced by it.
    func check(_ lease: Lease) throws {
        let holder = try db.first(
            "SELECT 1 AS held FROM run WHERE id = ? AND lease_owner = ? AND lease_epoch = ?",
            [lease.runID, lease.owner, lease.epoch])
        guard holder != nil else { throw RunMoved(runID: lease.runID) }
    }

    /// Renews and tells the run's state now; nil when the lease is no longer ours. The run goes on under this lease: its
    /// worker's next death is not likely its own doing.
    func renew(_ lease: Lease, now: Int64, steady: Int64) throws -> RunState? {
        let until: [any SQLBindable] = [now + lease.lifeMilliseconds]
        let fence: [any SQLBindable] = [lease.runID, lease.owner, lease.epoch]
        let clocks = TimeUsed.Clocks(now: now, steady: steady, owner: lease.owner)
        return try db.query(
            """
            UPDATE run SET lease_until = ?, lived_epoch = lease_epoch, \(TimeUsed.counting)
            WHERE id = ? AND lease_owner = ? AND lease_epoch = ? RETURNING state
            """, until + TimeUsed.values(clocks) + fence
        ).first.map { try RunState(column: "state", $0) }
    }

    /// Gives back a run that nobody need look at before something else moves it.
    func release(_ lease: Lease) throws {
        try db.execute(
            "UPDATE run SET lease_owner = NULL, lease_until = NULL WHERE id = ? AND lease_owner = ? AND lease_epoch = ?",
            [lease.runID, lease.owner, lease.epoch])
    }

    /// Gives the run back, to be looked at again at `dueAt`, or at once when somebody woke it after `wokenSince`.
    func release(_ lease: Lease, dueAt: Int64, wokenSince: Int64 = .max) throws {
        try db.execute(
            """
            UPDATE run SET lease_owner = NULL, lease_until = NULL, due_at = CASE WHEN due_at > ? THEN due_at ELSE ? END
            WHERE id = ? AND lease_owner = ? AND lease_epoch = ?
            """, [wokenSince, dueAt, lease.runID, lease.owner, lease.epoch])
    }

    /// What it lacked here is there now: it holds a slot again, and has all its tries and, in the queue, all the time to
    /// wait there as if it came now. False when it lacked nothing.
    func settingFound(_ lease: Lease, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE run SET fault = NULL, fault_class = NULL, tries = 0,
                queued_at = CASE WHEN state = 'queued' THEN ? ELSE queued_at END
            WHERE id = ? AND lease_owner = ? AND lease_epoch = ? AND fault_class = 'missing'
            """, [now, lease.runID, lease.owner, lease.epoch]) == 1
    }

    /// Gives the run back after a passing fault, which is counted.
    func postpone(_ lease: Lease, until dueAt: Int64, _ fault: PassingFault) throws {
        try db.execute(
            """
            UPDATE run SET lease_owner = NULL, lease_until = NULL, due_at = ?, tries = tries + 1, fault_class = ?,
                fault = ?
            WHERE id = ? AND lease_owner = ? AND lease_epoch = ?
            """, [dueAt, fault.faultClass.rawValue, fault.sentence, lease.runID, lease.owner, lease.epoch])
    }

    func setPayload(_ lease: Lease, _ payload: AssembledPayload) throws {
        try db.execute(
            """
            UPDATE run SET payload = ?, payload_sha256 = ?, client_slug = ?, client_name = ?,
                task_url = coalesce(?, task_url), task_title = coalesce(?, task_title)
            WHERE id = ? AND lease_owner = ? AND lease_epoch = ?
            """,
            [
                payload.json, payload.hash, payload.clientSlug, payload.clientName, payload.taskURL,
                payload.taskTitle.map { String($0.prefix(300)) }, lease.runID,
                lease.owner, lease.epoch,
            ])
    }

    func setModel(_ lease: Lease, model: String?, sessionAgent: String?) throws {
        try db.execute(
            "UPDATE run SET model = ?, session_agent = ? WHERE id = ? AND lease_owner = ? AND lease_epoch = ?",
            [model, sessionAgent, lease.runID, lease.owner, lease.epoch])
    }

    func setSummary(_ lease: Lease, _ summary: String) throws {
        try db.execute(
            "UPDATE run SET summary = ? WHERE id = ? AND lease_owner = ? AND lease_epoch = ?",
            [summary, lease.runID, lease.owner, lease.epoch])
    }

    /// What the session has cost and said so far. Returns false when the lease is gone. Cost never falls.
    func setProgress(_ lease: Lease, _ progress: RunProgress) throws -> Bool {
        try db.execute(
            """
            UPDATE run SET spent_micro_usd = max(spent_micro_usd, ?), spent_method = ?, events_count = ?,
                last_event = ?, budget_warned = max(budget_warned, ?)
            WHERE id = ? AND lease_owner = ? AND lease_epoch = ?
            """,
            [
                progress.spentMicroUSD, progress.spentMethod, progress.eventsCount, progress.lastEvent,
                progress.budgetWarned, lease.runID, lease.owner, lease.epoch,
            ]) == 1
    }

    /// The next round of a run begins.
    func beginRound(_ id: String) throws {
        try db.execute("UPDATE run SET round = round + 1 WHERE id = ?", [id])
    }

    /// Who accepted the round that stands, and when.
    func markAccepted(_ id: String, by person: String, now: Int64) throws {
        try db.execute("UPDATE run SET review_accepted_at = ?, review_accepted_by = ? WHERE id = ?", [now, person, id])
    }

    /// Until its delivery is settled nothing but this channel is touched.
    func deliverOnly(_ id: String, _ channel: StepRecord.Channel) throws {
        try db.execute(
            "UPDATE run SET deliver_only = ? WHERE id = ? AND state = 'delivering'", [channel.rawValue, id])
    }

    /// Whether what its session has written is left there when it is stopped.
    func discardFiles(_ id: String, _ isDiscarding: Bool) throws {
        try db.execute("UPDATE run SET discards_files = ? WHERE id = ?", [isDiscarding, id])
    }

    /// Before the others that wait in its line, and due now. False when it waits no more.
    func putFirst(_ id: String, now: Int64) throws -> Bool {
        try db.execute(
            """
            UPDATE run SET priority = ?, due_at = min(due_at, ?)
            WHERE id = ? AND state = 'queued' AND lease_owner IS NULL
            """, [NewRun.priorityMax, now, id]) == 1
    }

    /// It could not be carried out: the round waits for people again.
    func clearAcceptance(_ id: String) throws {
        try db.execute("UPDATE run SET review_accepted_at = NULL, review_accepted_by = NULL WHERE id = ?", [id])
    }

    /// Wakes a run that waits for people.
    func makeDue(_ id: String, now: Int64) throws {
        try db.execute(
            "UPDATE run SET due_at = ? WHERE id = ? AND state IN ('queued', 'waiting_approval', 'revising')",
            [now, id])
    }

    /// Wakes every run that waits for a budget, in the queue or in its session.
    func wakeWaitingForBudget(now: Int64) throws {
        try db.execute(
            """
            UPDATE run SET due_at = ?
            WHERE (state || '') IN ('queued', 'waiting_approval', 'revising') AND cause = 'budget_exhausted'
            """, [now])
    }

    /// Runs that wait for something that was not set where Bureau ran are looked at now. One question for each index.
    func wakeWaitingForSetting(now: Int64) throws {
        for waiting in [RunClaim.inWork, "state = 'queued'"] {
            try db.execute(
                "UPDATE run SET due_at = ? WHERE \(waiting) AND due_at > ? AND fault_class = 'missing'", [now, now])
        }
    }

    /// Never below what the run may cost already.
    func raiseCostMax(_ id: String, to limit: MicroUSD) throws {
        try db.execute(
            "UPDATE run SET cost_max_micro_usd = max(coalesce(cost_max_micro_usd, 0), ?) WHERE id = ?",
            [limit.rawValue, id])
    }

    /// Older runs of the same agent on the same task that still wait for information.
    func waitingForInfo(agent: String, taskID: String, besides id: String) throws -> [String] {
        try db.query(
            "SELECT id FROM run WHERE agent = ? AND task_id = ? AND state = 'needs_info' AND id <> ? LIMIT 50",
            [agent, taskID, id]
        ).map { try $0.text("id") }
    }

    /// The run of this agent whose results for this task wait for people.
    func inReview(agent: String, taskID: String, besides id: String) throws -> String? {
        try db.first(
            """
            SELECT id FROM run WHERE agent = ? AND task_id = ? AND state = 'in_review' AND id <> ?
            ORDER BY id DESC LIMIT 1
            """, [agent, taskID, id])?.text("id")
    }

    func list(_ filter: RunFilter) throws -> [RunRecord] {
        let words = RunWordsSearch(filter.text)
        let values: [any SQLBindable] = [
            filter.agent, filter.agent, filter.client, filter.client, filter.state?.rawValue,
            filter.state?.rawValue, filter.before, filter.before, filter.parent, filter.parent,
        ]
        return try db.query(
            """
            SELECT \(Self.columns) FROM run
            WHERE (? IS NULL OR agent = ?) AND (? IS NULL OR client_slug = ?) AND (? IS NULL OR state = ?)
              AND (? IS NULL OR id < ?)
              AND (? IS NULL OR id IN (SELECT child_id FROM run_child WHERE parent_id = ?))
              \(words.map { "AND \($0.condition)" } ?? "")
            ORDER BY id DESC LIMIT ?
            """, values + (words?.values ?? []) + [filter.limit]
        ).map(RunRecord.init)
    }

    private static let unfinishedStates = RunState.allCases.filter { !$0.isFinal }.map { "'\($0.rawValue)'" }
        .joined(separator: ", ")

    /// Runs of these agents that have not ended and are older than `id`, newest first. By the expression of the index that
    /// knows states, as below; the plus sign keeps out the agents' own, which holds all that has ended.
    func unfinished(of agents: [String], before id: String?, limit: Int) throws -> [RunRecord] {
        let marks = agents.map { _ in "?" }.joined(separator: ", ")
        let names: [any SQLBindable] = agents
        let page: [any SQLBindable] = [id, id, limit]
        return try db.query(
            """
            SELECT \(Self.columns) FROM run
            WHERE (state || '') IN (\(Self.unfinishedStates)) AND +agent IN (\(marks)) AND (? IS NULL OR id < ?)
            ORDER BY id DESC LIMIT ?
            """, names + page
        ).map(RunRecord.init)
    }

    /// How many of them there are of each agent, client and account, and the newest of each.
    func countUnfinished(of agents: [String]) throws -> [(newest: String, count: Int64)] {
        let marks = agents.map { _ in "?" }.joined(separator: ", ")
        return try db.query(
            """
            SELECT max(run.id) AS newest, count(*) AS n
            FROM run LEFT JOIN run_credential AS pinned ON pinned.run_id = run.id
            WHERE (run.state || '') IN (\(Self.unfinishedStates)) AND +run.agent IN (\(marks))
            GROUP BY run.agent, run.client_slug, pinned.run_id IS NULL, pinned.name
            """, agents
        ).map { (try $0.text("newest"), try $0.integer("n")) }
    }

    func countByState() throws -> [(String, Int64)] {
        try db.query("SELECT state || '' AS state, count(*) AS n FROM run GROUP BY run.state || '' ORDER BY 1")
            .map { (try $0.text("state"), try $0.integer("n")) }
    }

    /// Writes the machine's new state, only if the run is still as `run` says and, for a worker, still under its lease.
    /// False when it was moved before.
    ///
    /// It is read by itself: `RETURNING` costs as much again as the update, and so does each index of a column that is
    /// set to what it was.
    func move(_ run: RunRecord, to machine: RunMachine, lease: Lease?, clocks: TimeUsed.Clocks) throws -> Bool {
        let (now, from) = (clocks.now, run.state)
        let movesSession = machine.session != run.sessionID
        let session: [any SQLBindable] = movesSession ? [machine.session] : []
        let fence: [any SQLBindable] = lease.map { [$0.owner, $0.epoch] } ?? []
        let new: [any SQLBindable] = [
            machine.state.rawValue, machine.cause?.code.rawValue, machine.cause?.sentence,
            machine.stopCause?.packed, machine.losses,
            machine.state == .queued && from != .queued, now,
            // Out of the queue it has no session yet: one that is tried again is started anew.
            machine.state == .starting, from == .queued, now, now, machine.state.isFinal, machine.state != .failed,
            now,
            machine.state == .collecting || machine.state == .delivering, lease == nil, now,
            machine.state == .delivering,
            // It was said of a stop, and goes with it.
            machine.stopCause != nil,
        ]
        let old: [any SQLBindable] = [run.id, from.rawValue]
        return try db.execute(
            (movesSession ? Self.moveSession : Self.moveAlone)[lease == nil ? 0 : 1],
            session + new + TimeUsed.values(clocks) + old + fence) == 1
    }

    private static let fences = ["", " AND lease_owner = ? AND lease_epoch = ?"]
    private static let moveAlone = fences.map { moving("", $0) }
    private static let moveSession = fences.map { moving("session_id = ?, ", $0) }

    private static func moving(_ session: String, _ fence: String) -> String {
        """
        UPDATE run SET \(session)state = ?, cause = ?, cause_sentence = ?, stop_cause = ?, losses = ?, tries = 0,
            fault_class = NULL, fault = NULL,
            queued_at = CASE WHEN ? THEN ? ELSE queued_at END,
            started_at = CASE WHEN ? THEN CASE WHEN ? THEN ? ELSE coalesce(started_at, ?) END ELSE started_at END,
            ended_at = CASE WHEN ? THEN coalesce(CASE WHEN ? THEN ended_before END, ?) END,
            ended_before = CASE WHEN ? THEN coalesce(ended_at, ended_before) END,
            due_at = CASE WHEN ? THEN ? ELSE due_at END, deliver_only = CASE WHEN ? THEN deliver_only END,
            discards_files = CASE WHEN ? THEN discards_files ELSE 0 END, \(TimeUsed.counting)
        WHERE id = ? AND state = ?\(fence)
        """
    }
}
