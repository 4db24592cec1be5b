import BureauDomain
import BureauStorage
import BureauVendors
import Foundation

/// What commands tell that change nothing. Only of agents the person has to do with.
struct SlackCommandAnswers: Sendable {
    let parts: EngineParts
    let rights: SlackCommandRights
    let user: String

    private static let pageRuns = 200, pageQuestions = 200, pagesMax = 100

    func status() async throws -> String {
        let (runs, total) = try await parts.database.read { db in (try newest(db), try count(db)) }
        guard !runs.isEmpty else { return "Nothing is running." }
        let left = total - Int64(runs.count)
        let more = left > 0 ? "\n… and \(left) more" : ""
        return runs.map { "• \(line($0))" }.joined(separator: "\n") + more
    }

    private var agentNames: [String] { rights.visible(to: user).sorted() }

    /// The runs that one answer lists.
    private func newest(_ db: any Connection) throws -> [RunRecord] {
        var found: [RunRecord] = []
        var last: String?
        for _ in 0..<Self.pagesMax {
            let page = try RunStore(db: db).unfinished(of: agentNames, before: last, limit: Self.pageRuns)
            found += try page.filter { try isVisible($0, db) }
            guard found.count < SlackCommandDesk.listedMax, page.count == Self.pageRuns else { break }
            last = page.last?.id
        }
        return Array(found.prefix(SlackCommandDesk.listedMax))
    }

    /// Runs of one agent, client and account are all to be seen, or none of them is.
    private func count(_ db: any Connection) throws -> Int64 {
        try RunStore(db: db).countUnfinished(of: agentNames).reduce(0) { sum, group in
            let isSeen = try RunStore(db: db).find(group.newest).map { try isVisible($0, db) } ?? false
            return isSeen ? sum + group.count : sum
        }
    }

    func status(of text: String) async throws -> String {
        do {
            let run = try await RunDesk(database: parts.database, doors: parts.doors).find(text)
            guard try await parts.database.read({ try isVisible(run, $0) }) else {
                return "There is no run \(SlackText.escape(text)) that you may see."
            }
            let children = try await parts.database.read { try RunChildStore(db: $0).children(of: run.id) }
            let why = run.cause.map { "\n\(SlackText.escape($0.sentence))" } ?? ""
            let others = children.map { "\n↳ \(line($0))" }.joined()
            return line(run) + why + others
        } catch let refused as RunDesk.Refused {
            return SlackText.escape(refused.description)
        }
    }

    func approvals() async throws -> String {
        let (listed, left, isAll) = try await parts.database.read { try open($0) }
        guard !listed.isEmpty else { return "Nothing waits for a decision." }
        let lines = listed.map { approval in
            "• \(SlackText.escape(approval.effect))\n   expires \(SlackTime.moment(approval.expiresAt)) · run `\(approval.runID)` · approval `\(approval.id)`"
        }
        let more = left > 0 ? "\n… and \(isAll ? "" : "at least ")\(left) more" : ""
        return "Decide with the buttons of the message that asks:\n" + lines.joined(separator: "\n") + more
    }

    /// The questions that one answer lists, the soonest to expire first, and how many more this person may see: all of
    /// them, or as many as so many pages hold.
    private func open(_ db: any Connection) throws -> (listed: [ApprovalRecord], left: Int, isAll: Bool) {
        var (listed, left): ([ApprovalRecord], Int) = ([], 0)
        var last: String?
        for _ in 0..<Self.pagesMax {
            let page = try ApprovalStore(db: db).open(of: agentNames, after: last, limit: Self.pageQuestions)
            // One run may ask many at once.
            var seen: [String: Bool] = [:]
            for approval in page {
                let isSeen = try seen[approval.runID] ?? isVisible(approval, db)
                seen[approval.runID] = isSeen
                guard isSeen else { continue }
                if listed.count < SlackCommandDesk.listedMax { listed.append(approval) } else { left += 1 }
            }
            guard page.count == Self.pageQuestions else { return (listed, left, true) }
            last = page.last?.id
        }
        return (listed, left, false)
    }

    private func isVisible(_ approval: ApprovalRecord, _ db: any Connection) throws -> Bool {
        try RunStore(db: db).find(approval.runID).map { try isVisible($0, db) } ?? false
    }

    private func isVisible(_ run: RunRecord, _ db: any Connection) throws -> Bool {
        guard rights.visible(to: user).contains(run.agent) else { return false }
        let agent = rights.agents.first { $0.config.name == run.agent }?.config
        return try AccountWall(credentials: parts.settings.credentialSet).isOpen(to: run, agent, db)
    }

    func help(command: String) -> String {
        let startable = rights.agents.map(\.config).filter { rights.mayStart($0, user) }
        let own = startable.prefix(5).compactMap { agent in
            agent.triggers.slackCommand.map {
                "`/\(agent.name) \($0.verb) CLIENT` the same as `/bureau run \(agent.name) CLIENT`"
            }
        }
        let names = startable.map { "`\($0.name)`" }.joined(separator: ", ")
        return
            ([
                "`/bureau run AGENT CLIENT` start an agent (\(names.isEmpty ? "none is set up for you" : names))",
                "`/bureau status` what is going on; `/bureau status RUN` one run",
                "`/bureau approvals` what waits for people",
                "`/bureau stop RUN` stop a run",
            ] + own).joined(separator: "\n")
    }

    private func line(_ run: RunRecord) -> String {
        let client = SlackText.escape(run.clientName ?? run.clientSlug ?? "no client")
        let cost = run.spentMicroUSD > 0 ? " · \(MicroUSD(rawValue: run.spentMicroUSD))" : ""
        return
            "*\(run.state.word)* \(SlackText.escape(run.agent)) for \(client)\(cost) · since \(SlackTime.moment(run.startedAt ?? run.acceptedAt)) · `\(run.id)`"
    }
}

/// A moment in the reader's own time zone.
enum SlackTime {
    static func moment(_ milliseconds: Int64) -> String {
        let plain = Date(timeIntervalSince1970: Double(milliseconds / 1_000)).formatted(.iso8601)
        return "<!date^\(milliseconds / 1_000)^{date_short_pretty} {time}|\(plain)>"
    }
}
