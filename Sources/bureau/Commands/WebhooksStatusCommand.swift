import ArgumentParser
import BureauDomain
import BureauEngine

struct WebhooksStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "How each webhook is, and when each list and project was last read.",
        discussion: "As the server saw it last. A running server looks every two minutes (SWEEP_SECONDS).")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let desk = WebhookDesk(database: records.database, doors: records.doors)
                let now = records.doors.now()
                let sweeps = try await desk.sweeps()
                let hooks = try await desk.list()
                var listing = Listing(
                    [
                        .init("AGENT"), .init("KIND"), .init("STATE"), .init("CHECKED"), .init("LAST WELL"),
                        .init("SECRET"), .init("WHAT", isElastic: true),
                    ], empty: "No webhook is known and no list was swept yet. The server does both; see bureau serve.")
                for hook in hooks { listing.add(hook.cells(now), hook.document) }
                let asana = try await AsanaHookDesk.list(records.database)
                for hook in asana.hooks { listing.add(hook.cells(now), hook.document) }
                for stream in asana.streams { listing.add(stream.cells(now), stream.document) }
                for sweep in sweeps { listing.add(sweep.cells(now), sweep.document) }
                try output.print(listing)
            }
        }
    }
}

extension WebhookRecord {
    func cells(_ now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell(agent, .strong), Listing.Cell("webhook"),
            Listing.Cell(health, health == "active" ? .good : .bad),
            Listing.Cell(Clock.moment(checkedAt, now: now), exact: Clock.iso(checkedAt)),
            Listing.Cell(healthyAt.map { Clock.moment($0, now: now) } ?? "never"),
            Listing.Cell(hasSecret ? "sealed" : "CLICKUP_WEBHOOK_SECRET"), Listing.Cell(endpoint),
        ]
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("kind", .string("webhook")), ("agent", .string(agent)), ("id", .string(id)),
            ("endpoint", .string(endpoint)), ("health", .string(health)), ("fail_count", .whole(failCount)),
            ("secret_sealed", .bool(hasSecret)), ("checked_at", .time(checkedAt)),
            ("healthy_at", healthyAt.map { .time($0) } ?? .null),
        ])
    }
}

extension SweepRecord {
    func cells(_ now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell(agent, .strong), Listing.Cell("sweep"),
            Listing.Cell(problem == nil ? "well" : "failing", problem == nil ? .good : .bad),
            Listing.Cell(Clock.moment(sweptAt, now: now), exact: Clock.iso(sweptAt)),
            Listing.Cell(wholeAt.map { Clock.moment($0, now: now) } ?? "never"), Listing.Cell(""),
            Listing.Cell(problem ?? "list \(listID)"),
        ]
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("kind", .string("sweep")), ("agent", .string(agent)), ("list", .string(listID)),
            ("updated_after", .time(updatedAfter)), ("swept_at", .time(sweptAt)),
            ("whole_at", wholeAt.map { .time($0) } ?? .null), ("failures", .whole(failures)),
            ("problem", .text(problem)),
        ])
    }
}
