import BureauDomain
import BureauStorage
import BureauVendors
import Logging
import ServiceLifecycle

/// Gives runs that wait for their first look to the lines of their clients. ClickUp's webhook does not say whose a task
/// is: its run begins among the runs of nobody, and while there are free slots its own assessment finds out. Where
/// slots are taken, one client's thousand cards would stand before another's one; a page of the list tells whose a
/// hundred are.
///
/// Nothing of it is kept: a server that starts looks once at all that wait.
package struct WaitingTaskClients: Service {
    let parts: EngineParts
    static let lookEveryMilliseconds: Int64 = 2_000
    /// What waits less is being claimed just now.
    static let waitingMillisecondsMin: Int64 = 1_000
    static let againMilliseconds: Int64 = 30_000
    static let runsMax = 20_000
    static let label = "clients of waiting tasks"

    package init(parts: EngineParts) { self.parts = parts }

    /// What one agent's line was when it was last looked at: tasks that name no client are not asked about again.
    package struct Seen: Sendable {
        var newest = ""
        var nextLookAt: Int64 = 0
    }

    private struct Line: Sendable {
        let newest: String
        let acceptedAt: Int64
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var seen: [String: Seen] = [:]
            while !Task.isCancelled {
                do { try await look(&seen) } catch is CancellationError { return } catch {
                    parts.logger.error("clients of waiting tasks were not found", metadata: ["why": "\(error)"])
                }
                try await parts.doors.sleep(.milliseconds(Self.lookEveryMilliseconds))
            }
        }
    }

    /// Returns how many runs found their client.
    @discardableResult
    package func look(_ seen: inout [String: Seen]) async throws -> Int {
        var found = 0
        for agent in parts.catalog.agents {
            guard let watch = Sweep.Watch(agent), let trigger = agent.config.triggers.clickUp else { continue }
            let known = seen[watch.name] ?? Seen(), now = parts.doors.now()
            guard now >= known.nextLookAt, let line = try await line(of: watch.name, after: known.newest, now) else {
                continue
            }
            do {
                found += try await CallLabel.$current.withValue(Self.label) {
                    try await sort(watch, trigger, since: line.acceptedAt)
                }
                seen[watch.name] = Seen(newest: line.newest)
            } catch let error where error is VendorError || error is UnknownCredentials {
                // Its cards go on in one line meanwhile, and the sweep tells people of a tool that does not answer.
                try Task.checkCancellation()
                parts.logger.warning(
                    "whose the waiting tasks are is not known yet",
                    metadata: ["agent": "\(watch.name)", "why": "\(error)"])
                seen[watch.name] = Seen(newest: known.newest, nextLookAt: now + Self.againMilliseconds)
            }
        }
        return found
    }

    private func line(of agent: String, after newest: String, _ now: Int64) async throws -> Line? {
        try await parts.database.read { db in
            let row = try db.first(
                """
                SELECT max(id) AS newest, min(accepted_at) AS accepted_at FROM (
                    SELECT id, accepted_at FROM run
                    WHERE state = 'queued' AND coalesce(client_slug, '') = '' AND agent = ? AND lease_owner IS NULL
                        AND task_tool = 'clickup' AND id > ? AND accepted_at <= ? LIMIT ?)
                """, [agent, newest, now - Self.waitingMillisecondsMin, Self.runsMax])
            guard let row, let newest = try row.textIfAny("newest") else { return nil }
            return Line(newest: newest, acceptedAt: try row.integer("accepted_at"))
        }
    }

    private func sort(_ watch: Sweep.Watch, _ trigger: AgentConfig.Triggers.ClickUp, since: Int64) async throws -> Int {
        let own = try parts.using(watch.agent.config.credentials)
        guard let clickUp = own.connections.clickUp else { return 0 }
        // What waits was moved shortly before it was accepted, by a clock that may differ.
        let updatedAfter = max(0, since - Sweep.clockDifferenceMilliseconds)
        var found = 0
        for page in 0..<Sweep.pagesMax {
            let tasks = try await clickUp.tasks(
                list: watch.listID, statuses: [trigger.status], updatedAfter: updatedAfter, page: page)
            found += try await give(tasks.tasks, watch.name, trigger)
            if tasks.isLastPage { break }
        }
        return found
    }

    /// One page in one transaction. A run that somebody has taken meanwhile is left to its assessment.
    private func give(_ tasks: [ClickUpTask], _ agent: String, _ trigger: AgentConfig.Triggers.ClickUp) async throws
        -> Int
    {
        guard !tasks.isEmpty else { return 0 }
        let zone = parts.settings.agencyZone
        return try await parts.database.write { db in
            try tasks.reduce(0) { count, task in
                guard let client = try ClickUpClientChoice(db: db).choose(trigger, WorkTask(task, zone: zone))
                else { return count }
                return try count
                    + db.execute(
                        """
                        UPDATE run SET client_slug = ?, client_name = ? WHERE task_id = ? AND agent = ?
                            AND state = 'queued' AND task_tool = 'clickup' AND lease_owner IS NULL
                            AND coalesce(client_slug, '') = ''
                        """, [client.slug, client.name, task.id, agent])
            }
        }
    }
}
