import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct ClientsContactCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contact", abstract: "Whom to reach at a client.",
        discussion: """
            bureau clients contact add acme "Ana Smith" --email ana@acme.example --slack @ana
            bureau clients contact remove acme "Ana Smith"
            """, subcommands: [ClientsContactAddCommand.self, ClientsContactRemoveCommand.self])
}

struct ClientsContactAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a contact to a client.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String
    @Argument(help: "The contact's name.") var name: String
    @Option(help: "An e-mail address.") var email: String?
    @Option(help: "A Slack name or id: @ana, U0123ABCD.") var slack: String?

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let book = ClientBook(records), found = try await book.find(client)
                guard !found.contacts.contains(where: { $0.name == name }) else {
                    throw SetupError(
                        "\(found.slug) has a contact \"\(PlainLine.of(name))\" already, and nothing was changed",
                        fix: "bureau clients contact remove \(found.slug) NAME first", exitCode: ExitStatus.failed)
                }
                let contact = ClientRecord.Contact(name: name, email: email, slack: slack)
                try output.print(try await book.keep(found.contacts + [contact], of: found).json) {
                    Terminal.say("\(found.slug): \(PlainLine.of(name)) added")
                }
            }
        }
    }
}

struct ClientsContactRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Take a contact from a client.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String
    @Argument(help: "The contact's name.") var name: String

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let book = ClientBook(records), found = try await book.find(client)
                let left = found.contacts.filter { $0.name != name }
                guard left.count < found.contacts.count else {
                    let near = NearestKey.nearest(to: name, in: found.contacts.map(\.name))
                    throw SetupError(
                        "\(found.slug) has no contact \"\(PlainLine.of(name))\"",
                        fix: near.map { "did you mean \(PlainLine.of($0))?" } ?? "bureau clients show \(found.slug)",
                        exitCode: ExitStatus.failed)
                }
                try output.print(try await book.keep(left, of: found).json) {
                    Terminal.say("\(found.slug): \(PlainLine.of(name)) removed")
                }
            }
        }
    }
}

extension ClientBook {
    /// These contacts in the place of those it has, if they can be kept.
    fileprivate func keep(_ contacts: [ClientRecord.Contact], of client: ClientRecord) async throws -> ClientRecord {
        let list = BureauDomain.JSONValue.array(contacts.map(\.json))
        let changed = try Self.checked(client.setting(ClientRecord.contactsKey, to: list))
        // Refused when somebody else has changed the record since it was read.
        let desk = ClientDesk(database: records.database, doors: records.doors)
        return try await desk.setContacts(
            changed.slug, contacts, from: ClientStanding.version(of: client), by: .here)
    }
}
