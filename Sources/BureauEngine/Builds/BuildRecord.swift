import BureauDomain
import BureauStorage

/// One row of `build`: the branch of one run.
package struct BuildRecord: Sendable, Hashable {
    package enum Ending: String, Sendable { case merged, dismissed }

    package struct Completed: Sendable, Hashable {
        package let commit: String
        package let round: Int
        package let attempt: Int
    }

    package struct Refusal: Sendable, Hashable {
        package let why: String
        package let round: Int
    }

    package let runID: String
    package let repository: String
    package let baseBranch: String
    package let baseCommit: String
    package let branch: String
    package let title: String
    package let round: Int
    package let attempt: Int
    /// What the run had used of its time when the round began.
    let roundTimeUsedMilliseconds: Int64
    package let startCommit: String
    package let headCommit: String?
    /// Where the base was when the round began.
    package let roundBaseCommit: String
    /// What an acceptance would merge: the newest commit that came in.
    package let last: Completed?
    /// Why the last acceptance was not carried out.
    package let refusal: Refusal?
    package let ending: Ending?
    package let mergeCommit: String?

    /// A builder's output is a log under a session name of this form.
    static let sessionPrefix = "build_"
    static func session(_ runID: String) -> String { sessionPrefix + runID }

    init(_ row: Row) throws {
        runID = try row.text("run_id")
        repository = try row.text("repository")
        baseBranch = try row.text("base_branch")
        baseCommit = try row.text("base_commit")
        branch = try row.text("branch")
        title = try row.text("title")
        round = Int(try row.integer("round"))
        attempt = Int(try row.integer("attempt"))
        roundTimeUsedMilliseconds = try row.integer("round_time_used_ms")
        startCommit = try row.text("start_commit")
        headCommit = try row.textIfAny("head_commit")
        roundBaseCommit = try row.textIfAny("round_base_commit") ?? baseCommit
        if let commit = try row.textIfAny("last_commit"), let round = try row.integerIfAny("last_round"),
            let attempt = try row.integerIfAny("last_attempt")
        {
            last = Completed(commit: commit, round: Int(round), attempt: Int(attempt))
        } else {
            last = nil
        }
        if let why = try row.textIfAny("refusal"), let round = try row.integerIfAny("refused_round") {
            refusal = Refusal(why: why, round: Int(round))
        } else {
            refusal = nil
        }
        ending = try row.textIfAny("ending").flatMap(Ending.init)
        mergeCommit = try row.textIfAny("merge_commit")
    }

    var reference: String { "refs/heads/" + branch }
    var baseReference: String { "refs/heads/" + baseBranch }
}

struct NewBuild: Sendable {
    var runID: String
    var repository: String
    var baseBranch: String
    var baseCommit: String
    var branch: String
    var title: String
}

/// The SQL of `build` and `build_step`.
struct BuildStore {
    let db: any Connection

    /// Enters a build once; one that is there stays as it is.
    func insert(_ new: NewBuild, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO build (run_id, repository, base_branch, base_commit, branch, title, start_commit, created_at,
                round_time_used_ms, round_base_commit)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT time_used_ms FROM run WHERE id = ?), ?) ON CONFLICT (run_id) DO NOTHING
            """,
            [
                new.runID, new.repository, new.baseBranch, new.baseCommit, new.branch, new.title, new.baseCommit, now,
                new.runID, new.baseCommit,
            ])
    }

    func find(_ runID: String) throws -> BuildRecord? {
        try db.first("SELECT * FROM build WHERE run_id = ?", [runID]).map(BuildRecord.init)
    }

    /// The round is in the repository.
    func setHead(_ runID: String, _ commit: String) throws {
        try db.execute(
            """
            UPDATE build SET head_commit = ?, last_commit = ?, last_round = round, last_attempt = attempt
            WHERE run_id = ? AND ending IS NULL
            """, [commit, commit, runID])
    }

    /// The acceptance of the round that stands could not be carried out; the next round is told why.
    func setRefusal(_ runID: String, _ why: String) throws {
        try db.execute(
            "UPDATE build SET refusal = ?, refused_round = round WHERE run_id = ? AND ending IS NULL",
            [String(why.prefix(2_000)), runID])
    }

    /// The round begins anew in another folder.
    func beginAttempt(_ runID: String, after attempt: Int) throws {
        try db.execute(
            "UPDATE build SET attempt = attempt + 1 WHERE run_id = ? AND attempt = ? AND ending IS NULL",
            [runID, attempt])
    }

    /// The next round begins where the last one came to. `base` is where the base is now; nil when it cannot be read.
    func beginRound(_ runID: String, after round: Int, base: String?) throws {
        try db.execute(
            """
            UPDATE build SET round = round + 1, attempt = 1, start_commit = coalesce(head_commit, start_commit),
                head_commit = NULL, round_base_commit = coalesce(?, round_base_commit),
                round_time_used_ms = (SELECT time_used_ms FROM run WHERE id = build.run_id)
            WHERE run_id = ? AND round = ? AND ending IS NULL
            """, [base, runID, round])
    }

    func end(_ runID: String, _ ending: BuildRecord.Ending, commit: String? = nil, now: Int64) throws {
        try db.execute(
            "UPDATE build SET ending = ?, merge_commit = ?, ended_at = ? WHERE run_id = ? AND ending IS NULL",
            [ending.rawValue, commit, now, runID])
    }

    /// Builds whose runs have ended and whose folders and branches are still there: those that people have decided, and
    /// those that ended before `undecided`.
    func uncleared(undecided: Int64, limit: Int) throws -> [(build: BuildRecord, isDismissed: Bool)] {
        let dismissed = RunCause.Code.dismissed.rawValue
        return try db.query(
            """
            SELECT build.*, run.cause AS run_cause FROM build JOIN run ON run.id = build.run_id
            WHERE build.cleared_at IS NULL AND run.state IN ('done', 'done_with_problems', 'stopped', 'failed', 'ignored')
                AND (build.ending IS NOT NULL OR run.cause = ? OR run.ended_at < ?)
            ORDER BY run.ended_at LIMIT ?
            """, [dismissed, undecided, limit]
        ).map { (try BuildRecord($0), try $0.textIfAny("run_cause") == dismissed) }
    }

    func clear(_ runID: String, now: Int64) throws {
        try db.execute("UPDATE build SET cleared_at = ? WHERE run_id = ?", [now, runID])
    }

    // MARK: steps

    func receipt<Receipt: Decodable>(_ build: BuildRecord, _ name: String, as type: Receipt.Type) throws -> Receipt? {
        try receipt(build.runID, round: build.round, attempt: build.attempt, name, as: type)
    }

    func receipt<Receipt: Decodable>(
        _ runID: String, round: Int, attempt: Int, _ name: String, as type: Receipt.Type
    ) throws -> Receipt? {
        try db.first(
            """
            SELECT receipt FROM build_step
            WHERE run_id = ? AND round = ? AND attempt = ? AND name = ? AND state = 'done'
            """, [runID, round, attempt, name]
        )?.textIfAny("receipt").map { try JSONText.decode(type, $0) }
    }

    func intend(_ build: BuildRecord, _ name: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO build_step (run_id, round, attempt, name, state, intended_at) VALUES (?, ?, ?, ?, 'intended', ?)
            ON CONFLICT (run_id, round, attempt, name) DO UPDATE SET state = 'intended', ended_at = NULL
            WHERE build_step.state = 'lost'
            """, [build.runID, build.round, build.attempt, name, now])
    }

    func setKeeper(_ build: BuildRecord, _ name: String, _ keeper: String) throws {
        try db.execute(
            "UPDATE build_step SET keeper = ? WHERE run_id = ? AND round = ? AND attempt = ? AND name = ?",
            [keeper, build.runID, build.round, build.attempt, name])
    }

    func settle(_ build: BuildRecord, _ name: String, _ receipt: some Encodable, now: Int64) throws {
        try db.execute(
            """
            UPDATE build_step SET state = 'done', receipt = ?, ended_at = ?
            WHERE run_id = ? AND round = ? AND attempt = ? AND name = ? AND state = 'intended'
            """, [try JSONText.encode(receipt), now, build.runID, build.round, build.attempt, name])
    }

    func markLost(_ build: BuildRecord, _ name: String, now: Int64) throws {
        try db.execute(
            """
            UPDATE build_step SET state = 'lost', ended_at = ?
            WHERE run_id = ? AND round = ? AND attempt = ? AND name = ? AND state = 'intended'
            """, [now, build.runID, build.round, build.attempt, name])
    }
}
