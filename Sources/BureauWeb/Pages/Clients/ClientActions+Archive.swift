import BureauDomain
import BureauEngine
import Hummingbird

/// The page that asks before a client is put away, with what stops for it.
extension ClientActions {
    static let stopsShown = 40, workedDays: Int64 = 30, workedRunsMax = 200, atWorkMax = 1_000

    func askToArchive(_ web: WebRequest) async throws -> Response {
        let client = try web.theClient(), place = "/clients/\(client.slug)/"
        var listing = RunListing(visible: nil)
        (listing.client, listing.states) = (client.slug, RunState.allCases.filter { !$0.isFinal })
        let atWork = try await house.runs.count(listing, atMost: Self.atWorkMax)
        let begun = atWork == 1 ? "1 run that has begun goes on" : "\(atWork) runs that have begun go on"
        var page = ConfirmPage(
            question: "Archive \(client.name)?", about: "What stops for it is listed below.",
            crumbs: [
                Link(word: "Clients", address: "/clients/"), Link(word: client.name, address: place),
                Link(word: "Archive"),
            ],
            effect: "No agent begins work for it any more: what tasks, schedules and people start waits and says why.",
            cost: "Nothing. \(begun), within the limits.",
            reach:
                "Everybody who sees the client: it leaves the list of those in work, and its page says who put it "
                + "away. Nobody is sent a message until work for it is started.",
            undo: "An admin can take it out of the archive again. The record, the reports and the history stay.",
            action: place + "archive", verb: "Archive client", tone: "danger",
            reason: Field("reason", "Reason", .long, hint: "Kept in the client's activity."),
            back: Link(word: "Keep it", address: place)
        ).page
        page.blocks.insert(try await stops(client), at: 1)
        return try await house.page(page, web)
    }

    private func stops(_ client: ClientRecord) async throws -> Block {
        let rows = try await schedules(client) + agents(client)
        return Block(
            heading: "What stops (\(rows.count))",
            table: Table(
                "Schedules that start runs for it, and agents that are ready for it or worked for it lately",
                Table.columns("Name", "What it is", "What starts it"), Array(rows.prefix(Self.stopsShown)),
                empty: "No schedule is for it, and no agent is ready for it or worked for it lately.",
                note: rows.count > Self.stopsShown ? "The first \(Self.stopsShown) of \(rows.count)." : nil))
    }

    /// Those that are switched on; one that is paused says so.
    private func schedules(_ client: ClientRecord) async throws -> [[Table.Cell]] {
        var rows: [[Table.Cell]] = []
        for agent in house.catalog.agents where !agent.config.triggers.schedules.isEmpty {
            let config = agent.config
            let records = try await house.schedules.list(agent: config.name)
            let paused = Set(records.filter(\.isPaused).map(\.schedule.name))
            for preview in try await house.schedules.preview(agent: config.name, name: nil) {
                let schedule = preview.schedule
                guard schedule.isEnabled, preview.clients.contains(client.slug) else { continue }
                let when = "\(schedule.rule.text), \(schedule.zone.text) time"
                rows.append([
                    Table.Cell(text: schedule.name, address: "/agents/\(config.name)/"),
                    Table.Cell(text: "Schedule of \(config.displayName)"),
                    Table.Cell(text: paused.contains(schedule.name) ? when + ", paused now" : when),
                ])
            }
        }
        return rows
    }

    private func agents(_ client: ClientRecord) async throws -> [[Table.Cell]] {
        var listing = RunListing(visible: nil)
        (listing.client, listing.limit) = (client.slug, Self.workedRunsMax)
        listing.acceptedFrom = house.clock.now() - Self.workedDays * 86_400_000
        let worked = Set(try await house.runs.list(listing).map(\.agent))
        var rows: [[Table.Cell]] = []
        for agent in house.catalog.agents {
            let config = agent.config, triggers = AgentTriggers(house: house, config: config)
            let readiness = AgentReadiness.judge(config.payloadSource, client: client, isArchived: false)
            guard triggers.isOn, readiness.isReady || worked.contains(config.name) else { continue }
            rows.append([
                Table.Cell(text: config.displayName, address: "/agents/\(config.name)/"), Table.Cell(text: "Agent"),
                Table.Cell(text: triggers.words),
            ])
        }
        return rows
    }
}
