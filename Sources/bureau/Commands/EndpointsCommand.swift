import ArgumentParser
import BureauDomain
import BureauEngine

struct EndpointsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoints", abstract: "Addresses outside that are told of changes to runs and approvals.",
        discussion: """
            bureau endpoints add https://tools.example.com/bureau --topics runs,approvals
            bureau endpoints test 01KA3F8Q7Q
            bureau endpoints log 01KA3F8Q7Q
            """,
        subcommands: [
            EndpointsListCommand.self, EndpointsAddCommand.self, EndpointsLogCommand.self, EndpointsTestCommand.self,
            EndpointsRotateCommand.self, EndpointsEnableCommand.self, EndpointsDisableCommand.self,
            EndpointsAgainCommand.self, EndpointsRemoveCommand.self,
        ])
}

/// What every command about endpoints needs.
struct EndpointAction {
    let common: CommonOptions

    func carryOut(_ body: (EndpointDesk, Actor, Int64) async throws -> Void) async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            try await Records.with(settings, mayCreate: true) { records in
                let desk = EndpointDesk(
                    database: records.database, doors: records.doors, settings: settings.engine.endpoints)
                do {
                    try await body(desk, .here, records.doors.now())
                } catch let refused as EndpointDesk.Refused {
                    throw SetupError(refused.description, fix: refused.fix, exitCode: ExitStatus.failed)
                }
            }
        }
    }
}

struct EndpointsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Every endpoint, newest first.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, _, now in
            var listing = Listing(
                [
                    .init("ENDPOINT"), .init("ADDRESS", isElastic: true), .init("TOPICS"), .init("CLIENT"),
                    .init("STATUS"), .init("FAILING SINCE"), .init("WHY", isElastic: true),
                ], empty: "No endpoints. Add one: bureau endpoints add URL")
            for endpoint in try await desk.list() {
                listing.add(
                    [
                        Listing.Cell(ShortID.of(endpoint.id), exact: endpoint.id, .strong),
                        Listing.Cell(endpoint.url), Listing.Cell(endpoint.topics.joined(separator: ",")),
                        Listing.Cell(endpoint.client ?? "all"),
                        Listing.Cell(
                            endpoint.isActive ? "active" : "disabled", endpoint.isActive ? .good : .bad),
                        Listing.Cell(
                            endpoint.failingSince.map { Clock.moment($0, now: now) } ?? "",
                            exact: endpoint.failingSince.map(Clock.iso) ?? ""),
                        Listing.Cell(endpoint.why ?? ""),
                    ], endpoint.document)
            }
            try output.print(listing)
        }
    }
}

struct EndpointsAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an endpoint. Its secret is shown once.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "Its address, with https.") var url: String
    @Option(help: "runs, approvals, or both with a comma.") var topics = "runs,approvals"
    @Option(help: "Only what concerns this client, by slug.") var client: String?
    @Option(help: "What it is for.") var label = ""

    private var names: [String] { topics.split(separator: ",").map { $0.filter { !$0.isWhitespace } } }

    func validate() throws {
        guard !names.isEmpty, names.allSatisfy({ ["runs", "approvals"].contains($0) }) else {
            throw ValidationError("--topics is runs, approvals, or both with a comma.")
        }
        guard label.count <= 120 else { throw ValidationError("--label has at most 120 characters.") }
    }

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, actor, _ in
            let new = NewEndpoint(
                url: url, label: label, tellsRuns: names.contains("runs"), tellsApprovals: names.contains("approvals"),
                client: client)
            let (made, secret) = try await desk.add(new, by: actor)
            try EndpointWords.told(made, secret, output, "added")
        }
    }
}

enum EndpointWords {
    static func told(_ endpoint: EndpointRecord, _ secret: String, _ output: OutputOptions, _ verb: String) throws {
        var document = endpoint.document.object ?? JSONObject()
        document["secret"] = .string(secret)
        try output.print(.object(document)) {
            Terminal.say("\(endpoint.id) \(verb)")
            Terminal.say(secret)
            Terminal.note("What it is told is signed with this secret. It is not shown again.")
        }
    }
}

struct EndpointsLogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "What an endpoint was told, and what waits for it, newest first.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The endpoint's id, or its first characters.") var endpoint: String
    @Option(help: "Only pending, told or given_up.") var status: String?
    @Option(help: "At most this many, 1 to 200.") var limit = 50

    func validate() throws {
        guard status.map({ AnnouncementRecord.State(rawValue: $0) != nil }) ?? true else {
            throw ValidationError("--status is pending, told or given_up.")
        }
        guard (1...EndpointDesk.logMax).contains(limit) else {
            throw ValidationError("--limit is a number from 1 to \(EndpointDesk.logMax).")
        }
    }

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, _, now in
            let found = try await desk.find(endpoint)
            var listing = Listing(
                [
                    .init("EVENT"), .init("KIND"), .init("SINCE"), .init("STATUS"), .init("TRIES", isRight: true),
                    .init("ANSWER", isRight: true), .init("NEXT TRY"), .init("WHY", isElastic: true),
                ], empty: "It was told nothing yet.")
            let state = status.flatMap(AnnouncementRecord.State.init)
            for one in try await desk.announcements(found.id, state: state, limit: limit) {
                let next = one.state == .pending ? one.dueAt : nil
                listing.add(
                    [
                        Listing.Cell(one.eventID, .strong), Listing.Cell(one.kind),
                        Listing.Cell(Clock.moment(one.createdAt, now: now), exact: Clock.iso(one.createdAt)),
                        Listing.Cell(
                            one.state.rawValue,
                            one.state == .told ? .good : one.state == .givenUp ? .bad : .faint),
                        Listing.Cell("\(one.tries)"), Listing.Cell(one.status.map { "\($0)" } ?? ""),
                        Listing.Cell(next.map { Clock.moment($0, now: now) } ?? "", exact: next.map(Clock.iso) ?? ""),
                        Listing.Cell(one.error ?? ""),
                    ], one.document)
            }
            try output.print(listing)
        }
    }
}

struct EndpointsTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Tell an endpoint something that did not happen. A running server sends it.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The endpoint's id, or its first characters.") var endpoint: String

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, actor, _ in
            let found = try await desk.find(endpoint)
            let made = try await desk.test(found.id, by: actor)
            try output.print(made.document) {
                Terminal.say("\(made.eventID) waits to be told")
                Terminal.note("See what became of it: bureau endpoints log \(ShortID.of(found.id))")
            }
        }
    }
}

struct EndpointsRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Give an endpoint a new secret. For a day the former one signs too.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The endpoint's id, or its first characters.") var endpoint: String

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, actor, _ in
            let (after, secret) = try await desk.rotate(try await desk.find(endpoint).id, by: actor)
            try EndpointWords.told(after, secret, output, "has a new secret")
        }
    }
}

struct EndpointsEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Tell an endpoint again, from now on.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The endpoint's id, or its first characters.") var endpoint: String

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, actor, _ in
            let after = try await desk.enable(try await desk.find(endpoint).id, by: actor)
            try output.print(after.document) { Terminal.say("\(after.id) is active") }
        }
    }
}

struct EndpointsDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Tell an endpoint nothing; what waits for it is given up.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The endpoint's id, or its first characters.") var endpoint: String

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, actor, _ in
            let after = try await desk.disable(try await desk.find(endpoint).id, by: actor)
            try output.print(after.document) { Terminal.say("\(after.id) is disabled") }
        }
    }
}

struct EndpointsAgainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "again", abstract: "Tell an endpoint of one event once more.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The endpoint's id, or its first characters.") var endpoint: String
    @Argument(help: "The event's id, from its log.") var event: String

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, actor, _ in
            let found = try await desk.find(endpoint)
            let isNew = try await desk.again(found.id, event: event, by: actor)
            try output.print(.made([("event", .string(event)), ("again", .bool(isNew))])) {
                Terminal.say(isNew ? "\(PlainLine.of(event)) waits to be told" : "it is about to be told anyway")
            }
        }
    }
}

struct EndpointsRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove an endpoint and its log.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The endpoint's id, or its first characters.") var endpoint: String

    func run() async throws {
        try await EndpointAction(common: common).carryOut { desk, actor, _ in
            let found = try await desk.find(endpoint)
            try await desk.remove(found.id, by: actor)
            try output.print(.made([("removed", .string(found.id))])) { Terminal.say("\(found.id) removed") }
        }
    }
}
