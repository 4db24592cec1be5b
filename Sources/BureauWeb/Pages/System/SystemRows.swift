import BureauDomain
import BureauEngine

/// The rows of the System page: one for each part of the server, in a line of words.
struct SystemRows {
    let house: WebHouse
    /// Nil when they could not be read: rows that stand on them are left out.
    let facts: SystemFacts?
    /// Nil when they could not be read.
    let schedules: [ScheduleRecord]?
    let checkup: Checkup.Outcome?
    private var clock: PageClock { house.clock }
    static let diskFailPercent = 95, staleWatchdogSeconds: Int64 = 60, backupDaysMax: Int64 = 2
    private static let day: Int64 = 86_400_000
    private static let intakeName = "Intake", alertsName = "Alerts"

    var all: [Facts.Fact] {
        let before = facts.map { [intake($0), runners($0)] } ?? []
        let after = facts.map { [store($0), disk($0), schedule($0), alerts($0)] } ?? []
        return before + [provider] + after + [build, programs]
    }

    /// "bad", "warn", or nil when every row that counts is well.
    var worst: String? { tones.contains("bad") ? "bad" : tones.contains("warn") ? "warn" : nil }

    /// How many parts want a look.
    var problems: Int { tones.count { $0 == "bad" || $0 == "warn" } }

    /// Of the rows that say how the system is. That the intake was paused is somebody's wish; and alerts may be about
    /// clients whom not everybody sees who is told this.
    private var tones: [String] {
        let untold = [Self.intakeName, Self.alertsName]
        return all.filter { !untold.contains($0.name) }.compactMap { $0.chip?.tone }
    }

    private func row(
        _ name: String, _ parts: [String?], _ more: (word: String, address: String)? = nil, _ chip: Chip? = nil
    ) -> Facts.Fact {
        row(name, timed: parts.map { TimedText($0 ?? "") }, more, chip)
    }

    private func row(
        _ name: String, timed parts: [TimedText], _ more: (word: String, address: String)? = nil, _ chip: Chip? = nil
    ) -> Facts.Fact {
        Facts.Fact(
            name: name, told: .joined(parts), chip: chip,
            more: more.map { [Link(word: $0.word, address: $0.address)] } ?? [])
    }

    private var programs: Facts.Fact {
        Facts.Fact(
            name: "For programs", value: "without signing in:",
            more: ["/health", "/ready", "/metrics"].map { Link(word: $0, address: $0) }
                + [Link(word: "signed in: \(OpenAPIDocument.place)", address: OpenAPIDocument.place)])
    }

    private static func warning(_ word: String) -> Chip { Chip(glyph: "!", word: word, tone: "warn") }
    private static func failure(_ word: String) -> Chip { Chip(glyph: "✕", word: word, tone: "bad") }

    private func intake(_ facts: SystemFacts) -> Facts.Fact {
        let queue = facts.queue, refused = facts.refused.reduce(0) { $0 + $1.count }
        let why = facts.refused.prefix(3).map { "\($0.why) \($0.count)" }.joined(separator: ", ")
        var last: TimedText = "last webhook none yet"
        if let signal = facts.lastSignal { last = "last webhook \(signal.receivedAt, clock.moment)" }
        return row(
            Self.intakeName,
            timed: [
                last, "queue \(queue.waiting)", "oldest \(Words.duration(.milliseconds(queue.oldestMilliseconds)))",
                "rejected today \(refused)\(refused > 0 ? " (\(why))" : "")",
            ], ("Webhooks", "/system/webhooks/"), facts.intake.mode == .open ? nil : IntakePages.chip(facts.intake))
    }

    private func runners(_ facts: SystemFacts) -> Facts.Fact {
        let queue = facts.queue, most = house.settings.runsInFlightMax, now = clock.now()
        let isPaused = house.settings.isDispatchPaused
        let isStale = facts.watchdogAt.map { now - $0 > Self.staleWatchdogSeconds * 1_000 } ?? false
        return row(
            "Runners",
            [
                "\(queue.inWork) of \(most) in work",
                queue.awaitingApproval > 0
                    ? "\(queue.awaitingApproval) \(queue.awaitingApproval == 1 ? "waits" : "wait") for approval" : nil,
                "leases \(facts.leases)",
                facts.watchdogAt.map { "watchdog last pass \(Self.ago(now - $0))" }
                    ?? (isPaused ? "dispatch is paused" : "watchdog has not passed since the start"),
                "requeued today \(facts.requeuedToday)",
                queue.parked > 0 ? "\(queue.parked) set aside" : nil,
            ], ("Queue", "/system/queue/"),
            isStale ? Self.failure("Watchdog late") : queue.stale > 0 ? Self.warning("\(queue.stale) stuck") : nil)
    }

    /// "20 s ago": the watchdog's rounds are seconds apart.
    private static func ago(_ milliseconds: Int64) -> String { "\(max(0, milliseconds) / 1_000) s ago" }

    private var provider: Facts.Fact {
        let vendors = house.status.vendors.prefix(30)
        var told: [TimedText] = vendors.map { TimedText($0.name + " " + words($0)) }
        told.append(told.isEmpty ? "no service is connected" : tested)
        return row(
            "Provider", timed: told,
            ("Connections", "/system/connections/"), vendors.first(where: \.isInTrouble).map { Self.warning($0.name) })
    }

    private func words(_ vendor: VendorLine) -> String {
        if let until = vendor.leftAloneUntil { return "fails, asked again in \(Self.seconds(until - clock.now()))" }
        if let since = vendor.silentSince { return "no answer since \(clock.since(since))" }
        guard let status = vendor.status, let took = vendor.tookMilliseconds else { return "not asked yet" }
        return switch status {
        case 401: "refuses the credential (401)"
        case 429: "asks us to wait (429)"
        case 500...: "is in trouble (\(status))"
        default: "ok \(took) ms"
        }
    }

    private static func seconds(_ milliseconds: Int64) -> String { "\(max(0, milliseconds + 999) / 1_000) s" }

    private var tested: TimedText {
        guard let checkup else { return "connections not tested since the start" }
        let wrong = checkup.lines.filter { $0.status == .fail || $0.status == .warn }
        let found = wrong.prefix(5).map { $0.name + ", " + $0.detail }.joined(separator: "; ")
        return "tested \(checkup.endedAt, clock.moment)\(found.isEmpty ? "" : ": " + found)"
    }

    private func store(_ facts: SystemFacts) -> Facts.Fact {
        let check =
            facts.check.map { "integrity \($0.complaint == nil ? "ok" : "DAMAGED") \(clock.since($0.at))" }
            ?? "integrity not checked yet"
        let backup =
            facts.backup.map {
                "last backup \(clock.since($0.at)) (\($0.isVerified ? "verified" : "not verified"), \(Words.bytes($0.bytes)))"
            } ?? "no backup was made yet"
        let isOld = facts.backup.map { clock.now() - $0.at > Self.backupDaysMax * Self.day } ?? false
        return row(
            "Store",
            [
                "database \(Words.bytes(facts.databaseBytes))", "WAL \(Words.bytes(facts.logBytes))", check, backup,
            ], nil,
            facts.check?.complaint != nil
                ? Self.failure("Damaged") : isOld ? Self.warning("Backup is old") : nil)
    }

    private func disk(_ facts: SystemFacts) -> Facts.Fact {
        row(
            "Disk",
            [
                facts.disk.map { "\($0.usedPercent) % of \(Words.bytes($0.bytes))" } ?? "its size cannot be read",
                facts.sizes.map {
                    "event logs \(Words.bytes($0.logBytes)), kept \(house.settings.eventLogDaysKept) days"
                },
                facts.sizes.map { "files \(Words.bytes($0.fileBytes)), measured \(clock.since($0.at))" },
            ], nil,
            facts.disk.flatMap {
                Self.disk(usedPercent: $0.usedPercent, alertPercent: house.settings.diskAlertPercent)
            })
    }

    /// People are told by the alert at the same limit.
    static func disk(usedPercent used: Int, alertPercent: Int) -> Chip? {
        if used >= max(diskFailPercent, alertPercent) { return failure("Nearly full") }
        return used >= alertPercent ? warning("Filling up") : nil
    }

    private func schedule(_ facts: SystemFacts) -> Facts.Fact {
        let next = (schedules ?? []).compactMap { record in record.nextAt.map { (record, $0) } }.min { $0.1 < $1.1 }
        let failed = facts.failedSchedule.map { "\(house.agentName($0.agent)) \(clock.since($0.at))" }
        let coming = next.map {
            "\($0.0.schedule.name) of \(house.agentName($0.0.agent)) \(clock.since($0.1))"
        }
        let planned = schedules.map { $0.isEmpty ? "none" : "next: \(coming ?? "none is on")" }
        return row(
            "Schedule",
            [
                planned ?? "cannot be read",
                "last failures: \(failed ?? "none in 7 days")",
            ], facts.failedSchedule.map { ("The run", "/runs/\($0.run)/") })
    }

    private func alerts(_ facts: SystemFacts) -> Facts.Fact {
        func count(_ number: Int64) -> String {
            number >= SystemFacts.countedMax ? "\(SystemFacts.countedMax) or more" : "\(number)"
        }
        return row(
            Self.alertsName, ["last 7 days: \(count(facts.alertsOfWeek))", "open: \(count(facts.alertsOpen))"],
            ("Alerts", "/system/alerts/"), facts.alertsOpen > 0 ? Self.warning("\(count(facts.alertsOpen)) open") : nil)
    }

    private var build: Facts.Fact {
        let problems = house.catalog.problems.count, agents = house.catalog.agents.count
        let doctor = checkup.map { checkup in
            let count = Dictionary(grouping: checkup.lines, by: \.status).mapValues(\.count)
            let (bad, warned) = (count[.fail] ?? 0, count[.warn] ?? 0)
            return "doctor \(clock.since(checkup.endedAt)): \(count[.ok] ?? 0) ok"
                + (warned > 0 ? ", \(warned) with a warning" : "") + (bad > 0 ? ", \(bad) failed" : "")
        }
        let broken = problems == 0 ? "" : "\(problems) \(problems == 1 ? "problem" : "problems") in agent files"
        return row(
            "Build",
            timed: [
                "v\(house.site.version)", "started \(house.status.startedAt, clock.moment)",
                "\(agents) \(agents == 1 ? "agent" : "agents")", TimedText(broken),
                TimedText(doctor ?? "doctor was not run since the start"),
            ], ("Agents", "/agents/"), problems > 0 ? Self.warning("Agent files") : nil)
    }
}
