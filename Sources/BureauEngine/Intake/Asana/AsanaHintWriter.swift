import BureauDomain
import BureauStorage

/// Our own writes come back as events of our own user.
enum AsanaEcho {
    /// Where our own user's gid is kept, one for each account.
    static func settingName(_ account: String?) -> String {
        account.flatMap { $0.isEmpty ? nil : $0 }.map { "asana_user_id:\($0)" } ?? "asana_user_id"
    }

    static func ownUser(_ db: any Connection, account: String?) throws -> String? {
        try db.first("SELECT value FROM setting WHERE name = ?", [settingName(account)])?.text("value")
    }

    /// Whether a step of ours wrote on this task lately. The user alone proves nothing: people work in its account too.
    static func wroteLately(_ db: any Connection, task: String, now: Int64) throws -> Bool {
        try db.first(
            """
            SELECT 1 AS one FROM step JOIN run ON run.id = step.run_id
            WHERE run.task_id = ? AND step.channel = 'asana' AND step.intended_at > ? LIMIT 1
            """, [task, now - AsanaIntake.echoMilliseconds]) != nil
    }
}

/// Turns what happened into tasks to look at, in the transaction that keeps what happened.
struct AsanaHintWriter {
    let db: any Connection
    let account: String
    let now: Int64

    /// Returns how many tasks will be looked at for it.
    func write(_ digest: AsanaDigest, signal: String?) throws -> Int {
        var count = 0
        for (task, entry) in digest.entries.sorted(by: { $0.key < $1.key }) {
            if !entry.isByOthers, try AsanaEcho.wroteLately(db, task: task, now: now) { continue }
            // A run that waits for its people looks at comments and fields itself.
            _ = try TaskWatchStore(db: db).hint(.asana, taskID: task, now: now)
            guard entry.isChanged else { continue }
            // A webhook told of it before the event stream did.
            if signal == nil, try AsanaLookStore(db: db).hasSeen(account, task, until: entry.newestAt) { continue }
            try AsanaHintStore(db: db).add(account, task: task, entry, signal: signal, now: now)
            count += 1
        }
        return count
    }
}
