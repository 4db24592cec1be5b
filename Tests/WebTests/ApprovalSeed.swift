import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

@testable import BureauWeb

extension Served {
    /// A question of a run, as its session asks it, perhaps anew after an earlier one. Its id has the time of its run.
    /// Returns its id.
    func ask(
        _ run: String, tool: String = "publish_post", text: String = "", input whole: String? = nil,
        state: String = "open", daysAgo: Int64 = 0, runDaysAgo: Int64? = nil, after previous: String? = nil
    ) async throws -> String {
        let day: Int64 = 86_400_000
        let now = house.doors.now() - daysAgo * day, runBegan = house.doors.now() - (runDaysAgo ?? daysAgo) * day
        let tail = UInt64.random(in: 0...UInt64.max)
        let id = ULID.make(milliseconds: runBegan, randomness: (tail, 0))
        let input = whole ?? #"{"text":"\#(text)"}"#
        _ = try await database.write { db in
            try db.execute(
                """
                INSERT INTO approval (id, run_id, event_id, tool, input, input_sha256, effect, state, requested_at,
                    expires_at, decided_at, why, version, previous, differs_in)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    id, run, "evt_\(id)", tool, input, Hex.sha256(Array(input.utf8)), "Sentinel wants to publish",
                    state,
                    now, now + 3_600_000, state == "open" ? nil : now + 3_600_000, "Agreed in the task.",
                    previous == nil ? 1 : 2, previous, previous == nil ? "[]" : #"["text"]"#,
                ])
        }
        return id
    }
}
