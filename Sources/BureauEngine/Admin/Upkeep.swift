import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging
import ServiceLifecycle

/// What must be looked after besides runs: money of the day, the disks, old logs, the database, our own identity in the
/// tools. Small looks every minute, at the disks every hour, the thorough ones once a day.
package struct Upkeep: Service {
    let parts: EngineParts
    let wake: WakeSignal
    static let lookEverySeconds = 60
    /// While a tool has not said who we are: until then our own changes may be taken for a person's.
    static let learnEverySeconds = 5
    static let dailyMilliseconds: Int64 = 24 * 3_600_000, hourlyMilliseconds: Int64 = 3_600_000
    static let refusedSignalsKept = 10_000, emptySignalsKept = 1_000

    package init(parts: EngineParts, wake: WakeSignal) {
        self.parts = parts
        self.wake = wake
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var known: Set<String> = []
            while !Task.isCancelled {
                try await look()
                let isKnown = await learnOwnUsers(&known)
                try await parts.doors.sleep(.seconds(isKnown ? Self.lookEverySeconds : Self.learnEverySeconds))
            }
        }
    }

    /// Throws only when it is cut off.
    func look() async throws {
        try await alone("the day's cost") { try await checkDailyCost() }
        try await alone("refused signals") {
            try await parts.database.write {
                try SignalStore(db: $0).trimRefused(keep: Self.refusedSignalsKept, ofEmpty: Self.emptySignalsKept)
            }
        }
        try await alone("runs that wait too long") { try await QueueExpiry(parts: parts).look() }
        try await alone("sessions that did not stop") { try await StraySessions(parts: parts).chase() }
        try await alone("sizes of folders") { try await FolderSizes(parts: parts).look() }
        // Whoever searches next finds little to catch up with.
        try await alone("words of runs") {
            try await RunTexts(database: parts.database, doors: parts.doors).bringUpToDate()
        }
        try await alone("disks") {
            try await whenDue("last_disk_look", everyMilliseconds: Self.hourlyMilliseconds) { try await checkDisks() }
        }
        for (name, chore) in dailyChores {
            try await alone(name) {
                try await whenDue("last_daily_\(name)", everyMilliseconds: Self.dailyMilliseconds, chore)
            }
        }
    }

    /// One that fails keeps none of the others from being done, and is tried again at the next look.
    private func alone(_ name: String, _ chore: () async throws -> Void) async throws {
        do { try await chore() } catch {
            try Task.checkCancellation()
            parts.logger.error("upkeep failed", metadata: ["chore": "\(name)", "why": "\(error)"])
        }
    }

    /// Each remembers by itself when it was done: a check of the whole database is not repeated because another failed.
    private func whenDue(_ name: String, everyMilliseconds: Int64, _ chore: () async throws -> Void) async throws {
        guard try await isDue(name, everyMilliseconds: everyMilliseconds) else { return }
        try await chore()
        try await remember(name, "done")
    }

    private func isDue(_ name: String, everyMilliseconds: Int64) async throws -> Bool {
        let last = try await parts.database.query("SELECT updated_at FROM setting WHERE name = ?", [name])
            .first?.integer("updated_at")
        let now = parts.doors.now()
        // A clock that was put back does not come by that time again for long.
        return last.map { now < $0 || now - $0 >= everyMilliseconds } ?? true
    }

    /// By the names under which it is remembered when each was done.
    private var dailyChores: [(name: String, chore: @Sendable () async throws -> Void)] {
        [
            ("logs", { removeOldLogs() }), ("database", { try await checkDatabase() }),
            ("signals", { try await trim() }), ("sessions", { try await StraySessions(parts: parts).sweep() }),
        ]
    }

    /// The agency's account of the day, told once a day. Of yesterday's too: what began before midnight counts there,
    /// whenever it is spent.
    private func checkDailyCost() async throws {
        guard let limit = parts.settings.dailyCostAlert else { return }
        let now = parts.doors.now()
        for day in [SpendAccount.day(now - Self.dailyMilliseconds), SpendAccount.day(now)] {
            let (spent, isTold, unpriced) = try await parts.database.read { db in
                let alerts = AlertStore(db: db)
                return (
                    try SpendLedger(db: db).balance(SpendAccount(.agency, day)).spent,
                    try alerts.wasRaised(cause: Self.dailyCost, subject: day),
                    try alerts.countOpen(cause: CostMeter.noPrice, spendingOn: day)
                )
            }
            guard spent > limit, !isTold else { continue }
            let unknown =
                unpriced == 0
                ? ""
                : " What \(unpriced) \(unpriced == 1 ? "run" : "runs") of a model without a price cost is not known."
            try await raise(
                Self.dailyCost, subject: day,
                "All runs of \(day) together have cost \(spent); the daily alert is set at \(limit).\(unknown)")
        }
    }

    private static let dailyCost = "daily_cost"

    /// One alert for each file system, by the first of our folders on it.
    func checkDisks() async throws { try await check(parts.disks()) }

    /// Of a disk that could not be read nothing is known: what was said of it stands.
    func check(_ disks: [UsedDisk]) async throws {
        let full = disks.filter { $0.facts.usedPercent >= parts.settings.diskAlertPercent }
        let known = Set(disks.flatMap(\.names) + [Self.formerSubject])
        let open = try await parts.database.read { try AlertStore(db: $0).open(cause: Self.disk, limit: 100) }
        for alert in open where known.contains(alert.subject) && !full.contains(where: { $0.names[0] == alert.subject })
        {
            try await settle(Self.disk, subject: alert.subject)
        }
        for disk in full {
            try await raise(
                Self.disk, subject: disk.names[0],
                "The disk that holds \(disk.names.joined(separator: ", ")) is \(disk.facts.usedPercent) % full "
                    + "(\(Words.bytes(disk.facts.freeBytes)) free).")
        }
    }

    private static let disk = "disk"
    /// What the only disk was called while no other was looked at.
    private static let formerSubject = "data folder"

    private func checkDatabase() async throws {
        guard let sqlite = parts.database as? SQLiteDatabase else { return }
        let complaints = try await sqlite.complaints(), now = parts.doors.now()
        try await parts.database.write {
            try CareBook(db: $0).put(CareBook.Check(at: now, complaint: complaints.first))
        }
        guard let first = complaints.first else { return try await settle("database", subject: "integrity") }
        try await raise(
            "database", subject: "integrity",
            "The database check found damage: \(first.prefix(200)). Restore the last backup.")
    }

    /// Bytes of signals that made no run are of no use after the days that logs are kept; hash and verdict stay.
    private func trim() async throws {
        let now = parts.doors.now()
        let oldest = now - Int64(parts.settings.eventLogDaysKept) * Self.dailyMilliseconds
        try await parts.database.write { try AsanaHookStore(db: $0).forget(before: oldest, now: now) }
        for _ in 0..<Self.trimBatchesMax {
            guard try await parts.database.write({ try SignalStore(db: $0).emptyBatch(before: oldest, now: now) })
            else { return }
        }
    }

    private static let trimBatchesMax = 1_000

    /// Logs of sessions that nobody wrote to for the days they are kept.
    private func removeOldLogs() {
        let folder = parts.settings.sessionLogFolder
        let oldest = Date(
            timeIntervalSince1970: Double(parts.doors.now()) / 1_000 - Double(parts.settings.eventLogDaysKept) * 86_400)
        let files =
            (try? FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: [.contentModificationDateKey])) ?? []
        for file in files where file.pathExtension == "jsonl" {
            let changed = try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
            if let changed, changed < oldest { try? FileManager.default.removeItem(at: file) }
        }
    }

    /// Our own user's id at each account, to tell the echo of our writes from a person's. Kept, for when a tool is down
    /// at a start; asked at every start, since a token may have become another user's, until it is known. Returns
    /// whether all are.
    func learnOwnUsers(_ known: inout Set<String>) async -> Bool {
        guard !parts.settings.isDispatchPaused else { return true }
        var isComplete = true
        for account in parts.accounts {
            let set = account.settings.credentialSet
            if let clickUp = account.connections.clickUp {
                isComplete =
                    await learn(EchoCheck.settingName(set), "ClickUp", &known) { String(try await clickUp.me().id) }
                    && isComplete
            }
            if let asana = account.connections.asana {
                isComplete =
                    await learn(AsanaEcho.settingName(set), "Asana", &known) { try await asana.me().gid } && isComplete
            }
        }
        return isComplete
    }

    private func learn(
        _ name: String, _ tool: String, _ known: inout Set<String>, ask: () async throws -> String
    ) async -> Bool {
        guard !known.contains(name) else { return true }
        do {
            try await remember(name, try await ask())
            known.insert(name)
            return true
        } catch {
            parts.logger.warning("a tool did not say who we are", metadata: ["tool": "\(tool)", "why": "\(error)"])
            return false
        }
    }

    private func remember(_ name: String, _ value: String) async throws {
        let now = parts.doors.now()
        try await parts.database.write { try SettingStore(db: $0).put(name, value, now: now) }
    }

    /// What is well again may be told again the next time it is not.
    private func settle(_ cause: String, subject: String) async throws {
        let now = parts.doors.now()
        try await parts.database.write { try AlertStore(db: $0).resolve(cause: cause, subject: subject, now: now) }
    }

    private func raise(_ cause: String, subject: String, _ sentence: String) async throws {
        if try await SystemAlarm(parts: parts).raise(cause, subject: subject, sentence) { wake.raise() }
    }
}
