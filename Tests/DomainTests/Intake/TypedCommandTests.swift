import BureauDomain
import Testing

@Suite("What people type in Slack")
struct TypedCommandTests {
    private static let agents = ["sentinel": "audit", "catalyst": "brief"]

    private static let typed: [(String, String, TypedCommand)] = [
        ("/bureau", "run sentinel shamrock", .run(agent: "sentinel", client: "shamrock")),
        ("/bureau", "  RUN Sentinel  Shamrock Detailing ", .run(agent: "sentinel", client: "Shamrock Detailing")),
        ("/bureau", "run sentinel “Shamrock Detailing”", .run(agent: "sentinel", client: "Shamrock Detailing")),
        ("/bureau", "status", .status(run: nil)), ("/bureau", "status 01KA3F", .status(run: "01KA3F")),
        ("/bureau", "approvals", .approvals), ("/bureau", "stop 01KA3F", .stop(run: "01KA3F")),
        ("/bureau", "", .help), ("/bureau", "help", .help),
        ("/sentinel", "audit shamrock", .run(agent: "sentinel", client: "shamrock")),
        ("/sentinel", "shamrock", .run(agent: "sentinel", client: "shamrock")),
        ("/catalyst", "brief acme co", .run(agent: "catalyst", client: "acme co")),
        ("/catalyst", "status", .status(run: nil)),
    ]

    @Test("Is read whatever its case, blanks and quotes", arguments: typed)
    func reading(command: String, text: String, meaning: TypedCommand) {
        #expect(TypedCommand(command: command, text: text, agents: Self.agents) == meaning)
    }

    private static let wrong: [(String, String, String)] = [
        ("/bureau", "run", "AGENT CLIENT"), ("/bureau", "run sentinel", "/bureau run sentinel CLIENT"),
        ("/bureau", "stop", "stop RUN"), ("/bureau", "stauts", "Did you mean `status`?"),
        ("/sentinel", "", "/sentinel audit CLIENT"), ("/sentinel", "audit", "/sentinel audit CLIENT"),
        ("/unknown", "frobnicate", "help"),
    ]

    @Test("Is answered with how it is written when it cannot be carried out", arguments: wrong)
    func refusing(command: String, text: String, hint: String) throws {
        guard case .wrong(let why) = TypedCommand(command: command, text: text, agents: Self.agents) else {
            return #expect(Bool(false), "\(text) was taken")
        }
        #expect(why.contains(hint), "\(why)")
    }

    private static let clients: [(slug: String, name: String)] = [
        ("shamrock-detailing", "Shamrock Detailing"), ("shamrock-dental", "Shamrock Dental"), ("acme", "Acme & Sons"),
        ("acme-plumbing", "Acme Plumbing"),
    ]

    private static let meant: [(String, ClientMatch)] = [
        ("acme", .one(slug: "acme")), ("Acme & Sons", .one(slug: "acme")), ("acme sons", .one(slug: "acme")),
        ("ACME-PLUMBING", .one(slug: "acme-plumbing")), ("shamrock det", .one(slug: "shamrock-detailing")),
        ("shamrock", .several(["shamrock-detailing", "shamrock-dental"])),
        ("ac", .several(["acme", "acme-plumbing"])), ("plumbing", .none(near: ["acme-plumbing"])),
        ("shamrock dentla", .none(near: ["shamrock-dental"])), ("zzz", .none(near: [])),
    ]

    @Test("A client is meant by slug, name or a beginning that fits one alone; nobody is guessed", arguments: meant)
    func client(text: String, match: ClientMatch) {
        #expect(ClientMatch(text, clients: Self.clients) == match)
    }
}
