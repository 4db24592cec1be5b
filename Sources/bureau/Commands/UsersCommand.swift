import ArgumentParser
import BureauDomain
import BureauEngine
import BureauWeb

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Who may sign in to the pages, and what they may see.",
        discussion: """
            bureau users add ana --role consultant --full-name "Ana Silva"
            bureau users link ana
            bureau users role ana operator --clients acme,plunkett
            """,
        subcommands: [
            UsersListCommand.self, UsersAddCommand.self, UsersRoleCommand.self, UsersLinkCommand.self,
            UsersTokenCommand.self, UsersSlackCommand.self, UsersDisableCommand.self,
        ])
}

/// What every command about people needs.
struct UserAction {
    let common: CommonOptions

    func carryOut(_ body: (PeopleDesk, Settings, Actor, Int64) async throws -> Void) async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            try await Records.with(settings, mayCreate: true) { records in
                let desk = PeopleDesk(database: records.database, doors: records.doors)
                do {
                    try await body(desk, settings, .here, records.doors.now())
                } catch let refused as PeopleDesk.Refused {
                    throw SetupError(refused.description, fix: refused.fix, exitCode: ExitStatus.failed)
                }
            }
        }
    }

    static func role(_ text: String) throws -> Role {
        if let role = Role(rawValue: text.lowercased()) { return role }
        throw ValidationError(
            "There is no role '\(PlainLine.of(text))'; choose from \(Role.allCases.map(\.rawValue).joined(separator: ", "))."
        )
    }
}

struct UsersListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Everybody who may sign in, by name.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await UserAction(common: common).carryOut { desk, _, _, now in
            var listing = Listing(
                [
                    .init("USER"), .init("FULL NAME", isElastic: true), .init("ROLE"),
                    .init("CLIENTS", isElastic: true),
                    .init("LAST SEEN"), .init("STATUS"),
                ], empty: "No users yet. Add one: bureau users add NAME --role admin")
            for person in try await desk.list() {
                let clients = person.clients.map { $0.isEmpty ? "none" : $0.sorted().joined(separator: ",") } ?? "all"
                listing.add(
                    [
                        Listing.Cell(person.name, .strong), Listing.Cell(person.displayName),
                        Listing.Cell(person.role.rawValue), Listing.Cell(clients),
                        Listing.Cell(
                            person.seenAt.map { Clock.moment($0, now: now) } ?? "never",
                            exact: person.seenAt.map(Clock.iso) ?? ""),
                        Listing.Cell(person.isDisabled ? "disabled" : "active", person.isDisabled ? .faint : nil),
                    ], person.document)
            }
            try output.print(listing)
        }
    }
}

struct UsersAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a user.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "Name to sign in with; approvals are decided under it.") var name: String
    @Option(help: "viewer, consultant, operator, engineer or admin.") var role = "viewer"
    @Option(name: .customLong("full-name"), help: "As people write it.") var fullName: String?

    func validate() throws { _ = try UserAction.role(role) }

    func run() async throws {
        let role = try UserAction.role(role)
        try await UserAction(common: common).carryOut { desk, _, actor, _ in
            let made = try await desk.add(name, displayName: fullName, role: role, by: actor)
            try output.print(made.document) {
                Terminal.say("\(made.name) was added as \(made.role.rawValue)")
                Terminal.note("Let them in: bureau users link \(made.name)")
            }
        }
    }
}

struct UsersRoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Change what a user may do, and which clients they see.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The user.") var name: String
    @Argument(help: "viewer, consultant, operator, engineer or admin.") var role: String
    @Option(help: "Clients they see, by slug with commas; \"all\" for every one.") var clients: String?

    func validate() throws { _ = try UserAction.role(role) }

    func run() async throws {
        let role = try UserAction.role(role)
        try await UserAction(common: common).carryOut { desk, _, actor, _ in
            var person = try await desk.setRole(try await desk.find(name).id, role, by: actor)
            if let clients {
                let slugs = clients == "all" ? nil : Set(clients.split(separator: ",").map(String.init))
                person = try await desk.setClients(person.id, slugs, by: actor)
            }
            try output.print(person.document) { Terminal.say("\(person.name) is \(person.role.rawValue) now") }
        }
    }
}

struct UsersLinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Make a link that signs a user in once.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The user.") var name: String

    func run() async throws {
        try await UserAction(common: common).carryOut { desk, settings, actor, _ in
            let token = try await desk.makeLink(try await desk.find(name).id, by: actor)
            var own = "http://127.0.0.1"
            if case .host(_, let port) = settings.address { own += ":\(port)" }
            let link = "\(settings.site.publicURL ?? own)/login/link?token=\(token)"
            try output.print(.made([("link", .string(link)), ("hours", .whole(PeopleDesk.linkHours))])) {
                Terminal.say(link)
                Terminal.note("It works once, within \(PeopleDesk.linkHours) hours. Links made before no longer do.")
            }
        }
    }
}

struct UsersTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make an API token that acts as a user. It is shown once.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The user.") var name: String
    @Option(help: "What it is for.") var label: String
    @Option(help: "read or write.") var scope = "read"
    @Option(help: "Days it works; without end by default.") var days: Int?

    func validate() throws {
        guard TokenRecord.Scope(rawValue: scope) != nil else { throw ValidationError("--scope is read or write.") }
        guard (1...3_650).contains(days ?? 1) else { throw ValidationError("--days is a number from 1 to 3650.") }
    }

    func run() async throws {
        try await UserAction(common: common).carryOut { desk, _, actor, _ in
            let token = try await desk.makeToken(
                try await desk.find(name).id, label: label, scope: TokenRecord.Scope(rawValue: scope) ?? .read,
                days: days,
                by: actor)
            try output.print(.made([("token", .string(token)), ("scope", .string(scope))])) {
                Terminal.say(token)
                Terminal.note("Send it as Authorization: Bearer. It is not shown again.")
            }
        }
    }
}

struct UsersDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "End a user's sessions, links and tokens, and let them in no more.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The user.") var name: String
    @Flag(help: "Let them in again.") var undo = false

    func run() async throws {
        try await UserAction(common: common).carryOut { desk, _, actor, _ in
            let id = try await desk.find(name).id
            let person = try await undo ? desk.enable(id, by: actor) : desk.disable(id, by: actor)
            try output.print(person.document) {
                Terminal.say("\(person.name) is \(person.isDisabled ? "disabled" : "enabled")")
            }
        }
    }
}
