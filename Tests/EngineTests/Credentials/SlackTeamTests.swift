import BureauDomain
import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("People of one Slack workspace act in its account alone")
struct SlackTeamTests {
    private static let north = SlackTeam(credentials: "north", slack: nil, signingSecret: Secret("north-test-secret"))
    private static let own = SlackTeam(slack: nil, signingSecret: Secret("own-test-secret"))

    /// One agent in each account; U0JAKE may start both, and U0JAKE of the other workspace is another person.
    private static func bench() async throws -> (Bench, EngineParts) {
        let start = (
            #""manual_cli": {"enabled": true}"#,
            #""slack_command": {"enabled": true, "allowed_users": ["U0JAKE"]}, "manual_cli": {"enabled": true}"#
        )
        let own = Agents.make().replacingOccurrences(of: start.0, with: start.1)
        let north = Agents.make(name: "lighthouse", extra: #", "credentials": "north""#)
            .replacingOccurrences(of: start.0, with: start.1)
        let bench = try await Bench(agents: ["sentinel.json": own, "lighthouse.json": north])
        let records = [
            #"{"slug": "shamrock", "name": "Shamrock", "credentials": "south"}"#,
            #"{"slug": "pier", "name": "Pier", "credentials": "north"}"#,
        ]
        for text in records {
            let client = try #require(ClientRecord.load(Array(text.utf8), fileName: "client").client)
            try await bench.database.write { try ClientStore(db: $0).save(client, now: 1) }
        }
        let parts = try bench.parts(sets: [
            "north": CredentialSet(name: "north", connections: Connections(), variables: [:])
        ]) { $0.slackCommandUsers = ["U0ANA"] }
        return (bench, parts)
    }

    private static let lines: [(team: SlackTeam, text: String, user: String, answer: String)] = [
        (own, "run sentinel pier", "U0JAKE", "on its way"), (own, "run lighthouse pier", "U0ANA", "on its way"),
        (north, "run lighthouse pier", "U0JAKE", "on its way"),
        (north, "run lighthouse shamrock", "U0JAKE", "There is no client"),
        (north, "run sentinel pier", "U0JAKE", "There is no agent"),
        (north, "run lighthouse pier", "U0ANA", "You may not"), (north, "status", "U0ANA", "You may not"),
    ]

    @Test("A command finds its own account's agents and clients, and nobody is known by another's id", arguments: lines)
    func commands(team: SlackTeam, text: String, user: String, answer: String) async throws {
        let (bench, parts) = try await Self.bench()
        defer { withExtendedLifetime(bench) {} }
        let fields = ["command": "/bureau", "text": text, "user_id": user, "user_name": "x", "trigger_id": "1.2.3"]
        let request = try #require(SlackCommandRequest({ fields[$0] }, body: Data(), remoteAddress: "127.0.0.1"))
        let said = try await SlackCommandDesk(parts: parts, wake: {}).of(team).carryOut(request)
        #expect(said.contains(answer), "\(said)")
    }

    @Test("Runs of another account are neither listed nor stopped")
    func runs() async throws {
        let (bench, parts) = try await Self.bench()
        let foreign = try await bench.run(Bench.toRunning)
        for text in ["status", "status \(foreign.id)", "stop \(foreign.id)"] {
            let fields = ["command": "/bureau", "text": text, "user_id": "U0JAKE", "user_name": "x", "trigger_id": "1"]
            let request = try #require(SlackCommandRequest({ fields[$0] }, body: Data(), remoteAddress: "127.0.0.1"))
            let said = try await SlackCommandDesk(parts: parts, wake: {}).of(Self.north).carryOut(request)
            #expect(said.contains("Nothing is running") || said.contains("There is no run"), "\(said)")
        }
        #expect(try await bench.find(foreign.id).state == .running)
    }

    @Test("A request belongs to the workspace whose secret signed it, and only that one's questions can be answered")
    func questions() async throws {
        let (bench, parts) = try await Self.bench()
        let desk = ApprovalDesk(database: bench.database, catalog: bench.catalog, doors: bench.clock.doors) {}
        let front = SlackFrontDesk(
            desk: desk, teams: [Self.own, Self.north], doors: bench.clock.doors, logger: bench.logger,
            zone: .utc)
        let (body, stamp) = (Data("payload=x".utf8), String(bench.clock.now / 1_000))
        #expect(front.sender(signature: "v0=00", timestamp: stamp, body: body) == nil)
        let run = try await bench.run(Bench.toRunning)
        let asked = bench.clock.doors.makeID(), now = bench.clock.now
        let new = NewApproval(eventID: "sevt_1", tool: "publish", input: "{}", inputHash: "", effect: "It publishes.")
        try await bench.database.write {
            _ = try ApprovalStore(db: $0).ask(new, run: run.id, id: asked, now: now, expiresAt: now + 1_000)
        }
        #expect(try await desk.isAsked(asked, in: nil))
        #expect(try await desk.isAsked(asked, in: "north") == false)
        #expect(parts.slackTeams(ownSecret: nil).isEmpty, "a set without a signing secret hears nobody")
    }
}
