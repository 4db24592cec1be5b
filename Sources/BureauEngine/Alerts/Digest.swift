import BureauDomain
import BureauStorage

/// One message a day: what is open, who is waited for, what was done, what it cost. None when there is nothing to tell.
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
        return try await parts.database.write { [budgets = parts.budgets] db in
            // Another process may have been faster.
            let known = try Self.lastDay(db)
            guard known.map({ day > $0 }) ?? true else { return false }
            try SettingStore(db: db).put(Self.setting, String(day), now: now)
            // The first look of an installation starts the count: nothing has happened yet.
            guard known != nil, let text = try Self.text(db, budgets, now: now) else { return false }
            let intent = NoticeIntent(kind: .digest, cause: "digest", sentence: text)
            let plan = StepPlan(
                channel: .slack, kind: "digest", subject: String(day), position: 0, intent: try JSONText.encode(intent))
            try StepStore(db: db).plan(plan, run: nil, purpose: .notice, id: doors.makeID(), now: now)
            return true
        }
    }

    /// Where what it tells of is seen in full: the page of the day.
    static func link(_ notice: NoticeIntent, _ settings: EngineSettings) -> String? {
        notice.kind == .digest ? settings.publicURL.map { "\($0)/" } : nil
    }

    private static func lastDay(_ db: any Connection) throws -> Int? {
        try db.first("SELECT value FROM setting WHERE name = ?", [setting]).flatMap { Int(try $0.text("value")) }
    }

    /// Nil when no run ended, nobody is waited for and no alert is open.
    static func text(_ db: any Connection, _ budgets: BudgetBook, now: Int64) throws -> String? {
        let ended = try Self.ended(db, now: now), waiting = try Self.waiting(db)
        let open = try AlertStore(db: db).open(limit: 200)
        guard ended != nil || !waiting.isEmpty || !open.isEmpty else { return nil }
        var lines = [ended ?? "No run ended in the last 24 hours."]
        if let spent = try Self.spent(db, budgets, now: now) { lines.append(spent) }
        lines += waiting
        lines.append(
            open.isEmpty ? "No open alerts." : "Open alerts: \(open.count)\(open.count == 200 ? " or more" : "").")
        lines += open.prefix(alertsShownMax).map { "• \($0.sentence.prefix(200))" }
        if open.count > alertsShownMax { lines.append("… and \(open.count - alertsShownMax) more: bureau alerts list") }
        return lines.joined(separator: "\n")
    }

    /// Nil when no run did.
    private static func ended(_ db: any Connection, now: Int64) throws -> String? {
        let since = now - dayMilliseconds
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
        return counts.isEmpty ? nil : "Ended in the last 24 hours: \(counts.joined(separator: ", ")); cost \(spent)."
    }

    /// Of what all runs of the day may cost together; nil without a limit.
    private static func spent(_ db: any Connection, _ budgets: BudgetBook, now: Int64) throws -> String? {
        let account = SpendAccount(.agency, SpendAccount.day(now))
        guard let budget = try budgets.budget(account, in: db) else { return nil }
        return "Spent today, UTC: \(try SpendLedger(db: db).balance(account).spent) of \(budget.limit)."
    }

    private static func waiting(_ db: any Connection) throws -> [String] {
        let waiting = try db.query(
            """
            SELECT state, count(*) AS runs FROM run WHERE state IN ('needs_info', 'waiting_approval')
            GROUP BY state ORDER BY state
            """)
        // By the expression of the index that knows states.
        let reviews = try db.query("SELECT count(*) AS runs FROM run WHERE (state || '') = 'in_review'")
        let asked = try waiting.map { row in
            let people = try row.text("state") == "needs_info" ? "for information" : "for an answer"
            return (count: try row.integer("runs"), people: people)
        }
        let judged = try reviews.map { (count: try $0.integer("runs"), people: "for review") }
        return (asked + judged).filter { $0.count > 0 }.map { count, people in
            "\(count) run\(count == 1 ? " waits" : "s wait") \(people)."
        }
    }
}
