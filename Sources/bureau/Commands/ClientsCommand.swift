import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients", abstract: "The clients runs are made for, and the facts agents get about them.",
        discussion: """
            bureau clients import fixtures/synthetic-client.json
            bureau clients add acme --name "Acme Detailing" website_url=https://acme.example
            bureau clients set acme seed_keywords='["car detailing", "ceramic coating"]'
            """,
        subcommands: [
            ClientsListCommand.self, ClientsShowCommand.self, ClientsAddCommand.self, ClientsImportCommand.self,
            ClientsSetCommand.self, ClientsReadinessCommand.self, ClientsCheckCommand.self, ClientsVerifyCommand.self,
            ClientsStaffCommand.self, ClientsContactCommand.self, ClientsArchiveCommand.self,
        ])
}

struct ClientsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Every client, by slug.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            let clients = try await Records.with(try common.settings()) { records in
                try await records.database.read { try ClientStore(db: $0).list() }
            }
            var listing = Listing(
                [
                    .init("CLIENT"), .init("NAME", isElastic: true), .init("FIELDS", isRight: true),
                    .init("CONTACTS", isElastic: true),
                ], empty: "No clients yet. Add one: bureau clients import FILE")
            for client in clients {
                let contacts = client.contacts.map(\.name).joined(separator: ", ")
                listing.add(
                    [
                        Listing.Cell(client.slug, .strong), Listing.Cell(client.name),
                        Listing.Cell("\(client.fields.members.count)"), Listing.Cell(contacts),
                    ], client.json)
            }
            try output.print(listing)
        }
    }
}

struct ClientsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Everything about one client.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String

    func run() async throws {
        try await Terminal.guarded {
            let found = try await Records.with(try common.settings()) { try await ClientBook($0).find(client) }
            try output.print(found.json) { ClientBook.facts(found).print(output.style) }
        }
    }
}

struct ClientsAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a client.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "Its slug: lower-case letters, digits and hyphens.") var client: String
    @Option(help: "Its name, as people write it.") var name: String
    @Argument(help: "Facts about it, as field=value.") var fields: [String] = []

    func run() async throws {
        try await Terminal.guarded {
            var members: [(String, BureauDomain.JSONValue)] = []
            for field in try fields.map(FieldChange.init) {
                if let value = field.value { members.append((field.name, value)) }
            }
            let record: BureauDomain.JSONValue = .made([
                ("slug", .string(client)), ("name", .string(name)), ("fields", .object(JSONObject(members))),
            ])
            let made = try ClientBook.checked(
                ClientRecord.load(Array(record.compact.utf8), fileName: "client \(PlainLine.of(client))"))
            try await Records.with(try common.settings(), mayCreate: true) { records in
                guard try await records.database.read({ try ClientStore(db: $0).find(made.slug) }) == nil else {
                    throw SetupError(
                        "there is a client \"\(made.slug)\" already, and nothing was changed",
                        fix: "change it with bureau clients set \(made.slug) field=value", exitCode: ExitStatus.failed)
                }
                try await ClientBook(records).save(made)
            }
            try output.print(made.json) { Terminal.say("\(made.slug) added") }
        }
    }
}

struct ClientsImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add or replace clients from JSON files.",
        discussion:
            "A file holds one record (slug, name, fields, contacts) or one payload (client_id, client_name and the rest)."
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The files.") var files: [String]

    func run() async throws {
        try await Terminal.guarded {
            // All are read before any is kept: a mistake in the last file leaves everything as it was.
            let clients = try files.map { path in
                guard let bytes = FileManager.default.contents(atPath: path) else {
                    throw SetupError("\(path) cannot be read", fix: "check the path", exitCode: ExitStatus.usage)
                }
                return try ClientBook.checked(ClientRecord.load(Array(bytes), fileName: path))
            }
            var words: [(ClientRecord, String)] = []
            try await Records.with(try common.settings(), mayCreate: true) { records in
                for client in clients {
                    let before = try await records.database.read { try ClientStore(db: $0).find(client.slug) }
                    try await ClientBook(records).save(client)
                    words.append(
                        (
                            client,
                            before == nil
                                ? "added" : before?.json.canonical == client.json.canonical ? "unchanged" : "replaced"
                        ))
                }
            }
            try output.print(.array(clients.map(\.json))) {
                for (client, word) in words { Terminal.say("\(client.slug) \(word)") }
            }
        }
    }
}

struct ClientsSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change facts about a client.",
        discussion: """
            bureau clients set acme website_url=https://acme.example
            bureau clients set acme competitors='["https://one.example", "https://two.example"]'
            bureau clients set acme business_usps=                 takes the field away
            bureau clients set acme name="Acme Mobile Detailing"
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The client's slug.") var client: String
    @Argument(help: "field=value; a value that begins with [, { or \" is read as JSON.") var changes: [String]

    func run() async throws {
        try await Terminal.guarded {
            let changes = try changes.map(FieldChange.init)
            let changed = try await Records.with(try common.settings()) { records in
                var client = try await ClientBook(records).find(client)
                for change in changes {
                    client = try ClientBook.checked(client.setting(change.name, to: change.value))
                }
                try await ClientBook(records).save(client)
                return client
            }
            try output.print(changed.json) { ClientBook.facts(changed).print(output.style) }
        }
    }
}
