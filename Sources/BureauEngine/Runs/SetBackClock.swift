import BureauDomain
import BureauStorage
import Logging

/// A machine's clock that was wrong and is set back: whatever was put off by the wrong one would wait until that time
/// comes round again, a day perhaps. All that waits for a time is looked at once; what waits rightly is put off anew.
struct SetBackClock: Sendable {
    let parts: EngineParts
    /// Smaller corrections put nothing off for long.
    static let toleranceMilliseconds: Int64 = 5_000

    /// What an earlier process knew of the time: when the last run was accepted.
    func begin() async throws {
        let id = try await parts.database.query("SELECT max(id) AS id FROM run").first?.textIfAny("id")
        if let accepted = id.flatMap({ ULID.milliseconds($0) }) { _ = parts.doors.newestTold.see(accepted) }
    }

    func look() async throws {
        let now = parts.doors.now()
        let newest = parts.doors.newestTold.milliseconds
        guard now < newest - Self.toleranceMilliseconds else { return }
        try await parts.database.write { db in
            try db.execute("UPDATE run SET due_at = ? WHERE state = 'queued' AND due_at > ?", [now, now])
            try db.execute("UPDATE run SET due_at = ? WHERE \(RunClaim.inWork) AND due_at > ?", [now, now])
            // Nobody is told that a run took less time than none.
            try db.execute(
                "UPDATE run SET started_at = ? WHERE started_at > ? AND \(RunClaim.inWork)", [now, now])
            try db.execute(
                """
                UPDATE run_thread SET due_at = ?, progress_at = ?
                WHERE closed = 0 AND (due_at > ? OR progress_at > ?)
                """, [now, now, now, now])
            try db.execute(
                """
                UPDATE step SET due_at = ?
                WHERE purpose = 'notice' AND state IN ('pending', 'intended') AND due_at > ?
                """, [now, now])
            try db.execute("UPDATE task_watch SET look_at = ? WHERE closed = 0 AND look_at > ?", [now, now])
            // What was decided under the wrong clock has its slot, and is not decided twice.
            try db.execute("UPDATE schedule SET looked_until = ? WHERE looked_until > ?", [now, now])
        }
        parts.logger.warning(
            "the clock was set back: all that waits for a time is looked at now", metadata: ["by_ms": "\(newest - now)"]
        )
        parts.doors.newestTold.forget(back: now)
    }
}
