import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// Looks at the list an agent watches and starts what no webhook has started. A webhook is a hint; the list is the
/// truth. Each page of at most 100 tasks is one short transaction, so that webhooks are not kept waiting.
package struct Sweep: Sendable {
    /// Who a run was asked for by, when it was found.
    package static let requester = "the sweep of ClickUp"
    /// Asked for again each time: the vendor may show a change late.
    static let overlapMilliseconds: Int64 = 5 * 60_000
    static let wholeEveryMilliseconds: Int64 = 3_600_000
    /// Where the first cursor stands before now, for clocks that differ.
    static let clockDifferenceMilliseconds: Int64 = 10 * 60_000
    static let pagesMax = 200
    static let absencesCheckedMax = 100
    static let patienceMilliseconds: Int64 = 30_000
    static let label = "sweep"

    let parts: EngineParts
    let wake: @Sendable () -> Void

    package init(parts: EngineParts, wake: @escaping @Sendable () -> Void) {
        self.parts = parts
        self.wake = wake
    }

    /// One agent and what starts it.
    struct Watch: Sendable {
        let agent: LoadedAgent
        let listID: String
        /// Nil for a list whose tasks are only put on record.
        let status: String?

        /// Nil for an agent that ClickUp does not start or whose list is still a placeholder.
        init?(_ agent: LoadedAgent) {
            guard let trigger = agent.config.triggers.clickUp, !trigger.listID.hasPrefix("<") else { return nil }
            (self.agent, listID, status) = (agent, trigger.listID, trigger.status)
        }

        private init(recordsOf listID: String, _ agent: LoadedAgent) {
            (self.agent, self.listID, status) = (agent, listID, nil)
        }

        static func all(_ agent: LoadedAgent) -> [Watch] {
            let own = Watch(agent)
            let others = agent.config.subscriptionContainers(on: .clickUp).filter { $0 != own?.listID }
            return [own].compactMap(\.self) + others.map { Watch(recordsOf: $0, agent) }
        }

        var subject: String { status == nil ? "sweep of list \(listID)" : "sweep of \(name)" }
        var name: String { agent.config.name }
    }

    /// Sweeps every agent's list: one after the other in an account, for they share its limits, and all accounts side
    /// by side. One that fails or is slow does not keep the others from theirs.
    package func sweepAll() async throws {
        let watches = parts.catalog.agents.flatMap(Watch.all)
        let byAccount = Dictionary(grouping: watches, by: { $0.agent.config.credentials ?? "" })
        try await withThrowingTaskGroup { group in
            for account in byAccount.keys.sorted() {
                group.addTask { try await sweep(all: byAccount[account] ?? []) }
            }
            try await group.waitForAll()
        }
    }

    private func sweep(all watches: [Watch]) async throws {
        for watch in watches {
            do {
                do { _ = try await sweep(watch) } catch let error as VendorError {
                    // A moment's patience finds the work now instead of a whole round later.
                    guard case .limited(let wait?) = error.kind, wait <= Self.patienceMilliseconds else { throw error }
                    try await parts.doors.sleep(.milliseconds(wait))
                    _ = try await sweep(watch)
                }
            } catch let error as VendorError {
                try Task.checkCancellation()
                try await failed(watch, error.sentence)
            } catch let unknown as UnknownCredentials {
                try await failed(watch, unknown.description)
            }
        }
    }

    /// Returns the ids of the runs it started.
    func sweep(_ watch: Watch) async throws -> [String] {
        let own = try parts.using(watch.agent.config.credentials), book = TaskRecordBook(.clickUp, own)
        guard let clickUp = own.connections.clickUp else { return [] }
        // What is put on record is so in every status.
        let isRecorded = book.containers.contains(watch.listID)
        let statuses = isRecorded ? [] : [watch.status].compactMap(\.self)
        let began = parts.doors.now()
        let known = try await parts.database.read {
            try SweepStore(db: $0).find(agent: watch.name, listID: watch.listID)
        }
        let isWhole = known?.wholeAt.map { began - $0 >= Self.wholeEveryMilliseconds } ?? true
        let since = isWhole ? nil : known.map { max(0, $0.updatedAfter - Self.overlapMilliseconds) }
        var started: [String] = [], seen = Set<String>()
        var cursor = known.map(\.updatedAfter) ?? 0
        if isWhole, cursor == 0 { cursor = max(1, began - Self.clockDifferenceMilliseconds) }
        for page in 0..<Self.pagesMax {
            // Between whole looks all statuses are asked for: who left matters as much as who came.
            let found = try await clickUp.tasks(
                list: watch.listID, statuses: isWhole ? statuses : [], updatedAfter: since, page: page)
            started += try await take(found.tasks, watch, book)
            seen.formUnion(found.tasks.map(\.id))
            if !isWhole { cursor = max(cursor, found.tasks.compactMap(\.dateUpdated).max() ?? 0) }
            if found.isLastPage { break }
            guard page + 1 < Self.pagesMax else {
                throw VendorError(
                    vendor: .clickUp, operation: "GET list tasks", kind: .unreadable(field: "last_page"),
                    detail: "more than \(Self.pagesMax * 100) tasks")
            }
        }
        if isWhole { try await checkAbsent(watch, book, seen: seen, clickUp) }
        let (reached, now) = (cursor, parts.doors.now())
        let answering: Int64? = isWhole ? known?.askings ?? 0 : nil
        try await parts.database.write { db in
            if isWhole, isRecorded {
                try TaskRecordStore(db: db).removeUnseen(.clickUp, container: watch.listID, since: began)
            }
            try SweepStore(db: db).finish(
                agent: watch.name, listID: watch.listID, updatedAfter: reached, answering: answering, now: now)
            try AlertStore(db: db).resolve(subject: watch.subject, now: now)
        }
        if !started.isEmpty {
            parts.counters.add(.sweptRuns, by: Int64(started.count))
            parts.logger.notice(
                "the sweep found work no webhook told of",
                metadata: ["agent": "\(watch.name)", "runs": "\(started.joined(separator: ","))"])
        }
        return started
    }

    /// One page of the list in one transaction.
    func take(_ tasks: [ClickUpTask], _ watch: Watch, _ book: TaskRecordBook) async throws -> [String] {
        guard !tasks.isEmpty else { return [] }
        let doors = parts.doors, zone = parts.settings.agencyZone
        let started = try await parts.database.write { db in
            let decision = SweepDecision(db: db, watch: watch, book: book, doors: doors, zone: zone)
            return try tasks.compactMap { try decision.take($0) }
        }
        if !started.isEmpty { wake() }
        return started
    }

    /// A task that is believed to be there and was not listed is asked for by itself: pages shift while they are read.
    private func checkAbsent(
        _ watch: Watch, _ book: TaskRecordBook, seen: Set<String>, _ clickUp: ClickUpClient
    ) async throws {
        guard watch.status != nil else { return }
        var after = "", asked = 0
        while asked < Self.absencesCheckedMax {
            let from = after
            let page = try await parts.database.read {
                try TaskStayStore(db: $0).present(agent: watch.name, after: from, limit: 500)
            }
            guard let last = page.last else { return }
            after = last
            for id in page where !seen.contains(id) && asked < Self.absencesCheckedMax {
                asked += 1
                do {
                    _ = try await take([try await clickUp.task(id)], watch, book)
                } catch let error as VendorError {
                    // Deleted, or no longer ours to see: nothing of it is left to sweep.
                    guard case .rejected(let code, _) = error.kind else { throw error }
                    // Nor is it asked for again, or a hundred of those would keep all others from it.
                    guard code == 404 else { continue }
                    let now = parts.doors.now()
                    try await parts.database.write {
                        try TaskStayStore(db: $0).gone(agent: watch.name, taskID: id, at: now)
                    }
                }
            }
        }
    }

    private func failed(_ watch: Watch, _ why: String) async throws {
        let now = parts.doors.now()
        parts.logger.warning("a sweep failed", metadata: ["agent": "\(watch.name)", "why": "\(why)"])
        let failures = try await parts.database.write {
            try SweepStore(db: $0).fail(agent: watch.name, listID: watch.listID, why, now: now)
        }
        guard failures >= 3 else { return }
        try await SystemAlarm(parts: parts).raise(
            "sweep", subject: watch.subject,
            "The list \(watch.listID) of \(watch.name) could not be swept \(failures) times in a row. \(why) Work whose webhook is lost waits until it can."
        )
    }
}
