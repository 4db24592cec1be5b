import BureauDomain
import BureauEngine
import Hummingbird

/// Lists of several pages as spreadsheets: the rows of each under the page's own filters and in its order, as far as its
/// reader sees them.
struct ListDownloads: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .page("/agents.csv", .viewer) { try await agents($0) },
            .page("/clients/:slug/activity.csv", .viewer, .client) { try await activity($0) },
            .page(QueuePages.place + ".csv", .engineer) { try await queue($0) },
            .page(QueuePages.place + "/set-aside.csv", .engineer) { try await setAside($0) },
            .page("/system/alerts.csv", .engineer) { try await alerts($0) },
            .page(EndpointPages.place + ".csv", .engineer) { try await endpoints($0) },
        ]
    }

    private func agents(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person, broken = AgentProblems(catalog: house.catalog).broken()
        let agents = house.catalog.agents
        var figures: [String: AgentFigures] = [:], rows: [[String]] = []
        for agent in agents {
            figures[agent.config.name] = try await AgentFigures.of(agent.config.name, person, house)
        }
        for agent in AgentPages.sorted(agents, AgentPages.order(web), figures) {
            let config = agent.config, triggers = AgentTriggers(house: house, config: config)
            guard let lately = figures[config.name] else { continue }
            let limit = config.limits.sessionCostMax ?? house.settings.defaultSessionCostMax
            let lastRun = lately.last.map { PageClock.iso($0.acceptedAt) } ?? ""
            let problem = broken[config.name].map { "\($0)" } ?? ""
            rows.append([
                config.name, config.displayName, config.version, triggers.isOn ? "yes" : "no", config.description,
                triggers.words, lastRun, lately.success,
                lately.middleTime, lately.middleCost, "\(limit.usd)", "\(lately.failedUnseen)", problem,
            ])
        }
        let none = Array(repeating: "", count: 8)
        for (name, problem) in broken.sorted(by: { $0.key < $1.key }) where house.catalog.agent(name) == nil {
            rows.append([name, "", "", "no"] + none + ["\(problem)"])
        }
        let titles = [
            "agent", "name", "version", "on", "what_it_does", "started_by", "last_run_at",
            "done_in_\(AgentFigures.daysShown)_days", "usual_time", "usual_cost", "limit_usd", "failed_unseen",
            "file_problem",
        ]
        return try await Self.whole("agents.csv", titles, rows)
    }

    /// What the page tells of each change, and no more.
    private func activity(_ web: WebRequest) async throws -> Response {
        let slug = try web.theClient().slug, begin = web.query("before")
        let titles = ["at", "actor", "surface", "action", "subject", "before", "after"]
        return try await CSV.download("activity-\(slug).csv", titles) { [house] after in
            let entries = try await house.clients.activity(slug, before: after ?? begin, limit: CSV.pageRows)
            let rows = entries.map { entry in
                let words = AuditWords(entry)
                return [
                    PageClock.iso(entry.at), entry.actor.name, entry.actor.surface, entry.action, entry.subject,
                    words.before, words.after,
                ]
            }
            return (rows, entries.count == CSV.pageRows ? entries.last?.id : nil)
        }
    }

    private func queue(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person, figures = try await house.queue.figures()
        let rows = figures.lines.filter { person.maySee(client: $0.client) }.map { line in
            [
                line.client ?? "", line.agent, "\(line.waiting)", "\(line.inWork)", "\(line.awaitingApproval)",
                line.oldestAt.map(PageClock.iso) ?? "",
            ]
        }
        let titles = ["client", "agent", "waiting", "in_work", "ask_for_approval", "oldest_at"]
        return try await Self.whole("queue.csv", titles, rows)
    }

    private func setAside(_ web: WebRequest) async throws -> Response {
        var filter = QueueFilter()
        (filter.limit, filter.visible) = (CSV.pageRows, try web.signedIn().person.clients)
        filter.before = web.query("before").flatMap { QueueFilter.Place($0) }
        let titles = ["kind", "id", "cause", "what", "agent", "client", "run", "set_aside_at"]
        return try await CSV.download("set-aside.csv", titles) { [house, filter] after in
            var filter = filter
            if let after { filter.before = QueueFilter.Place(after) }
            let letters = try await house.queue.parked(filter)
            let rows = letters.map { letter in
                [
                    letter.kind.rawValue, letter.id, letter.cause, letter.sentence, letter.agent ?? "",
                    letter.client ?? "", letter.runID ?? "", PageClock.iso(letter.parkedAt),
                ]
            }
            let last = letters.last.map { "\(QueueFilter.Place($0))" }
            return (rows, letters.count == CSV.pageRows ? last : nil)
        }
    }

    private func alerts(_ web: WebRequest) async throws -> Response {
        let visible = try web.signedIn().person.clients, isAll = web.query("all") == "yes"
        let begin = web.query("before")
        let titles = ["alert", "status", "cause", "what", "run", "times", "opened_at", "last_at", "resolved_by"]
        return try await CSV.download("alerts.csv", titles) { [house] after in
            let found = try await house.alerts.list(
                isAll: isAll, visible: visible, before: after ?? begin, limit: CSV.pageRows)
            let rows = found.map { alert in
                [
                    alert.id, alert.isOpen ? "open" : "resolved", alert.cause, alert.sentence, alert.runID ?? "",
                    "\(alert.occurrences)", PageClock.iso(alert.openedAt), PageClock.iso(alert.lastAt),
                    alert.resolvedBy ?? "",
                ]
            }
            return (rows, found.count == CSV.pageRows ? found.last?.id : nil)
        }
    }

    private func endpoints(_ web: WebRequest) async throws -> Response {
        let found = try await house.endpoints.list(visible: try web.signedIn().person.clients)
        let rows = found.map { endpoint in
            [
                endpoint.id, endpoint.isActive ? "active" : "disabled", endpoint.url, endpoint.label,
                endpoint.topics.joined(separator: " "), endpoint.client ?? "all", endpoint.madeBy,
                PageClock.iso(endpoint.createdAt), endpoint.failingSince.map(PageClock.iso) ?? "", endpoint.why ?? "",
            ]
        }
        let titles = [
            "endpoint", "status", "address", "for", "told_of", "client", "made_by", "created_at", "failing_since",
            "why",
        ]
        return try await Self.whole("endpoints.csv", titles, rows)
    }

    private static func whole(_ name: String, _ titles: [String], _ rows: [[String]]) async throws -> Response {
        try await CSV.download(name, titles) { _ in (rows, nil) }
    }
}
