import BureauDomain
import BureauStorage

/// One message a day: what is open, who is waited for, what was done, what it cost.
struct Digest: Sendable {
    let parts: EngineParts
    static let setting = "digest_day"
    static let alertsShownMax = 8
    private static let dayMilliseconds: Int64 = 24 * 3_600_000

    /// True when one was planned. The day is noted in the same transaction, so no day has two.
    func sendIfDue() async throws -> Bool {
        guard let time = parts.settings.digestTime else { return false }
        let (now, doors) = (parts.doors.now(), parts.doors)
        let day = time.newestDay(at: Int(now / 1_000), in: parts.settings.agencyZone)
        // Later days only: a clock that is put back comes by the same time twice.
        guard try await parts.database.read({ try Self.lastDay($0) }).map({ day > $0 }) ?? true else { return false }
        return try await parts.database.write { db in
            // Another process may have been faster.
            let known = try Self.lastDay(db)
            guard known.map({ day > $0 }) ?? true else { return false }
            try SettingStore(db: db).put(Self.setting, String(day), now: now)
            // The first look of an installation starts the count: nothing has happened yet.
            guard known != nil else { return false }
            let intent = NoticeIntent(kind: .digest, cause: "digest", sentence: try Self.text(db, now: now))
            let plan = StepPlan(
                channel: .slack, kind: "digest", subject: String(day), position: 0, intent: try JSONText.encode(intent))
            try StepStore(db: db).plan(plan, run: nil, purpose: .notice, id: doors.makeID(), now: now)
            return true
        }
    }

    private static func lastDay(_ db: any Connection) throws -> Int? {
        try db.first("SELECT value FROM setting WHERE name = ?", [setting]).flatMap { Int(try $0.text("value")) }
    }

    static func text(_ db: any Connection, now: Int64) throws -> String {
        let since = now - dayMilliseconds
        var lines: [String] = []
        let ended = try db.query(
            """
            SELECT state, count(*) AS runs, sum(spent_micro_usd) AS spent, sum(spent_method = 'no_price') AS unpriced
            FROM run
            WHERE ended_at > ? AND state <> 'ignored' GROUP BY state ORDER BY runs DESC
            """, [since])
        let counts = try ended.map { row in
            "\(try row.integer("runs")) \(try RunState(column: "state", row).word.lowercased())"
        }
        let spent = MicroUSD(rawValue: try ended.reduce(Int64(0)) { $0 + (try $1.integer("spent")) })
            .sum(isLacking: try ended.contains { try $0.integer("unpriced") > 0 })
        lines.append(
            counts.isEmpty
                ? "No run ended in the last 24 hours."
                : "Ended in the last 24 hours: \(counts.joined(separator: ", ")); cost \(spent).")
        let waiting = try db.query(
            """
            SELECT state, count(*) AS runs FROM run WHERE state IN ('needs_info', 'waiting_approval')
            GROUP BY state ORDER BY state
            """)
        for row in waiting {
            let people = try row.text("state") == "needs_info" ? "for information" : "for an answer"
            let count = try row.integer("runs")
            lines.append("\(count) run\(count == 1 ? " waits" : "s wait") \(people).")
        }
        let open = try AlertStore(db: db).open(limit: 200)
        lines.append(
            open.isEmpty ? "No open alerts." : "Open alerts: \(open.count)\(open.count == 200 ? " or more" : "").")
        lines += open.prefix(alertsShownMax).map { "• \($0.sentence.prefix(200))" }
        if open.count > alertsShownMax { lines.append("… and \(open.count - alertsShownMax) more: bureau alerts list") }
        return lines.joined(separator: "\n")
    }
}
