import BureauDomain
import BureauEngine
import BureauVendors
import BureauWeb
import Foundation

/// `bureau webhooks register asana --project GID`. The server answers Asana's handshake while this command waits.
struct WebhooksRegisterAsana {
    let project: String
    let endpoint: String?
    let credentials: String?

    func register(_ composition: Composition, _ output: OutputOptions) async throws {
        guard let base = base(composition.settings) else {
            throw SetupError(
                "no address is known at which Asana reaches this server",
                fix:
                    "set PUBLIC_URL, or name it with --endpoint https://HOST; without one the event stream does the work"
            )
        }
        let account = try composition.parts.using(credentials)
        if composition.catalog.agents.allSatisfy({ $0.config.triggers.asana?.projects.contains(project) != true }) {
            Terminal.note("No agent works on project \(PlainLine.of(project)) yet: see triggers.asana.projects.")
        }
        let desk = AsanaHookDesk(parts: account, key: composition.makeSealingKey)
        do {
            let (how, hook) = try await desk.register(project: project, base: base)
            try output.print(hook.registered(how)) {
                Terminal.say(
                    "\(how.rawValue) webhook \(hook.webhookID ?? "") for project \(hook.projectID), to \(hook.shownTarget)"
                )
            }
        } catch let refused as AsanaHookDesk.Refused {
            throw SetupError(refused.description, fix: refused.fix, exitCode: ExitStatus.failed)
        }
    }

    private func base(_ settings: Settings) -> String? {
        guard var url = endpoint ?? settings.site.publicURL else { return nil }
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}

extension AsanaHookRecord {
    /// What programs are told, and no more than people are.
    func registered(_ how: AsanaHookDesk.Outcome) -> BureauDomain.JSONValue {
        .made([
            ("webhook", .text(webhookID)), ("project", .string(projectID)), ("endpoint", .string(shownTarget)),
            ("result", .string(how.rawValue)),
        ])
    }

    func cells(_ now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell("asana-\(projectID)", .strong), Listing.Cell("webhook"),
            Listing.Cell(state.rawValue, state == .active ? .good : .bad),
            Listing.Cell(checkedAt.map { Clock.moment($0, now: now) } ?? "never"),
            Listing.Cell(heardAt.map { Clock.moment($0, now: now) } ?? "never"),
            Listing.Cell(hasSecret ? "sealed" : "none"), Listing.Cell(problem ?? shownTarget),
        ]
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("kind", .string("webhook")), ("tool", .string("asana")), ("project", .string(projectID)),
            ("account", .string(account)), ("id", .text(webhookID)), ("endpoint", .string(shownTarget)),
            ("health", .string(state.rawValue)), ("secret_sealed", .bool(hasSecret)),
            ("heard_at", heardAt.map { .time($0) } ?? .null), ("checked_at", checkedAt.map { .time($0) } ?? .null),
            ("problem", .text(problem)),
        ])
    }
}

extension AsanaStreamRecord {
    func cells(_ now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell("asana-\(projectID)", .strong), Listing.Cell("events"),
            Listing.Cell(problem == nil ? "well" : "failing", problem == nil ? .good : .bad),
            Listing.Cell(Clock.moment(askedAt, now: now), exact: Clock.iso(askedAt)),
            Listing.Cell(wholeAt.map { Clock.moment($0, now: now) } ?? "never"), Listing.Cell(""),
            Listing.Cell(problem ?? "project \(projectID)"),
        ]
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("kind", .string("events")), ("tool", .string("asana")), ("project", .string(projectID)),
            ("account", .string(account)), ("asked_at", .time(askedAt)),
            ("whole_at", wholeAt.map { .time($0) } ?? .null), ("failures", .whole(failures)),
            ("problem", .text(problem)),
        ])
    }
}
