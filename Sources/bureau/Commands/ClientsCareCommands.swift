import ArgumentParser
import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

struct ClientsReadinessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "readiness", abstract: "What agents cannot begin without, and a client's record does not say.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let profile = try await Records.with(settings) { records in
                _ = try await ClientBook(records).find(client)
                return try await ClientDesk(database: records.database, doors: records.doors).profile(client)
            }
            guard let profile else { return }
            let readiness = ClientReadiness(
                profile.record, isArchived: profile.standing.isArchived,
                agents: AgentFolder(settings).written.map(\.config))
            var listing = Listing(
                [.init("AGENT"), .init("READY"), .init("MISSING", isElastic: true)],
                empty: "No agents yet. bureau agents new NAME writes a first file.")
            for agent in readiness.agents {
                let judged = agent.readiness
                listing.add(
                    [
                        Listing.Cell(agent.name, .strong), Listing.Cell(judged.isReady ? "yes" : "no"),
                        Listing.Cell((judged.blockers + judged.missing).joined(separator: ", ")),
                    ],
                    .made([
                        ("agent", .string(agent.name)), ("ready", .bool(judged.isReady)),
                        ("missing", .array(judged.missing.map { .string($0) })),
                        ("blockers", .array(judged.blockers.map { .string($0) })),
                    ]))
            }
            try output.print(listing)
        }
    }
}

struct ClientsCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look whether what a client's record names can be reached. Changes nothing.",
        discussion: """
            Asks the Asana project, the ClickUp list and the web site, with the client's own credentials where it has
            some. Ends with 0 when nothing is wrong, 1 on a problem, 78 when the settings are at fault.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let found = try await Records.with(settings) { try await ClientBook($0).find(client) }
            let transport = HTTPTransport()
            let findings: [Finding]
            do {
                let accounts = try VendorAccount.all(settings, Connector(settings: settings, transport: transport))
                findings = await ClientCheck(settings: settings, client: found, accounts: accounts).findings()
                await transport.shutdown()
            } catch {
                await transport.shutdown()
                throw error
            }
            let diagnosis = Diagnosis(findings: findings)
            try output.print(diagnosis.document) { diagnosis.print(output.style) }
            if diagnosis.exitCode != 0 { throw ExitCode(diagnosis.exitCode) }
        }
    }
}

struct ClientsArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Put a client away: no agent begins work for it. Nothing is deleted.",
        discussion: "bureau clients archive acme --reason \"Contract ended\"")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String
    @Option(help: "Why, for those who read it later.") var reason: String?
    @Flag(help: "Take it out of the archive again.") var undo = false

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let found = try await ClientBook(records).find(client)
                try await ClientDesk(database: records.database, doors: records.doors).archive(
                    found.slug, !undo, reason: reason, by: .here)
                try output.print(.made([("slug", .string(found.slug)), ("archived", .bool(!undo))])) {
                    Terminal.say("\(found.slug) \(undo ? "is out of the archive" : "is archived")")
                }
            }
        }
    }
}
