import BureauDomain
import BureauEngine
import Foundation
import Synchronization
import Testing

@testable import BureauWeb

@Suite("Testing all connections")
struct CheckupTests {
    private static let lines: [Checkup.Line] = [
        .init(.ok, "anthropic", "key accepted, 180 ms", fix: nil),
        .init(.fail, "slack", "the app is not in #alerts <b>", fix: "type: /invite"),
        .init(.skip, "asana", "not configured", fix: nil),
    ]

    /// What was asked for, in order.
    private final class Asked: Sendable {
        private let subjects = Mutex<[Checkup.Subject]>([])
        var all: [Checkup.Subject] { subjects.withLock(\.self) }
        func note(_ subject: Checkup.Subject) { subjects.withLock { $0.append(subject) } }
    }

    @Test("The result stands on the page, with what to do, until the next one")
    func result() async throws {
        let asked = Asked()
        let checkup = Checkup(doors: .system) { subject in
            asked.note(subject)
            return Self.lines
        }
        try await Served.run(hasAgents: true, checkup: checkup) { server in
            let browser = try await Browser.signedIn(server, "erin", .engineer)
            #expect(try await browser.get("/system/connections/").text.contains("Nothing was tested"))
            #expect(asked.all.isEmpty, "looking at the page asks nobody")
            let done = try await browser.post("/system/connections")
            #expect(done.status == 303 && done.headers["location"] == "/system/connections/")
            let page = try await browser.get("/system/connections/").text
            #expect(page.contains("What was found: 1 failed, 0 with a warning, 1 well, 1 not in use"))
            #expect(
                page.contains(/<dt>Looked at<\/dt><dd><time datetime="[^"]+Z" title="[^"]+">just now<\/time> by erin</))
            #expect(page.contains("#alerts &lt;b&gt;") && page.contains("type: /invite"))
            #expect(try await browser.post("/agents/sentinel/check").headers["location"] == "/agents/sentinel/#check")
            #expect(try await browser.get("/agents/sentinel/").text.contains("1 failed"))
            #expect(try await browser.post("/agents/nobody/check").status == 404)
            #expect(asked.all == [.everything, .agent("sentinel")])
            let operatorOnly = try await Browser.signedIn(server, "otto", .operator)
            #expect(try await operatorOnly.post("/system/connections").status == 403)
            #expect(try await !operatorOnly.get("/agents/sentinel/").text.contains("/check"))
        }
    }

    @Test("A client's sources say what was found and when, until its record changes; what nobody can ask has no tick")
    func client() async throws {
        let asked = Asked()
        let checkup = Checkup(doors: .system) { subject in
            asked.note(subject)
            return [
                .init(.ok, "Asana project", "reachable: Intake, 14 open tasks", fix: nil),
                .init(.skip, "GA4 property", "not connected yet", fix: nil),
                .init(.ok, "anthropic (dental)", "key accepted", fix: nil),
            ]
        }
        try await Served.run(hasAgents: true, checkup: checkup) { server in
            try await server.openClient(
                "acme",
                [
                    "asana_project": "1208", "ga4_property": "properties/1", "credentials": "dental",
                ])
            let erin = try await Browser.signedIn(server, "erin", .engineer), place = "/clients/acme/sources/"
            let before = try await erin.get(place).text
            #expect(before.contains("Set, not checked") && before.contains("Not checked"))
            #expect(before.contains("dental") && before.contains("rotate-keys.md"))
            let done = try await erin.post("/clients/acme/check")
            #expect(done.status == 303 && done.headers["location"] == place + "#check")
            let page = try await erin.get(place).text
            #expect(page.contains("reachable: Intake, 14 open tasks, checked ") && page.contains("Reachable"))
            #expect(page.contains("Valid") && !page.contains("Not checked"))
            #expect(page.contains("Not connected yet") && page.contains("What was found: 0 failed"))
            let vera = try await Browser.signedIn(server, "vera", .viewer, clients: ["acme"])
            let seen = try await vera.get(place).text
            #expect(seen.contains("Ask an admin") && !seen.contains(">Add<"))
            let boss = try await Browser.signedIn(server, "boss", .admin)
            #expect(try await boss.get(place).text.contains(">Add<"))
            #expect(seen.contains("14 open tasks") && !seen.contains("/clients/acme/check"))
            #expect(try await vera.post("/clients/acme/check").status == 403)
            try await server.openClient("plunkett", [:])
            let other = try await Browser.signedIn(server, "olga", .engineer, clients: ["plunkett"])
            #expect(try await other.post("/clients/acme/check").status == 404)
            let program = try await Program.of(server, "pia", .engineer)
            let told = try await program.send(.post, "/api/v1/clients/acme/check")
            #expect(told.status == 200 && told.document["by"]?.string == "pia", "\(told.text)")
            #expect(told.document["lines"]?.array?.first?["status"]?.string == "ok")
            #expect(asked.all == [.client("acme"), .client("acme")])
            try await server.openMore("acme", "asana_project", "1209")
            let later = try await erin.get(place).text
            #expect(!later.contains("Valid") && later.contains("Not checked"))
            #expect(!later.contains("Reachable") && later.contains("Set, not checked"))
        }
    }

    @Test("Programs ask for the same look, are told what it found, and start a test run")
    func programs() async throws {
        let asked = Asked()
        let checkup = Checkup(doors: .system) { subject in
            asked.note(subject)
            return Self.lines
        }
        try await Served.run(hasAgents: true, checkup: checkup) { server in
            let erin = try await Program.of(server, "erin", .engineer)
            #expect(try await erin.json("/api/v1/connections")["looked_at"] == .null)
            let found = try await erin.send(.post, "/api/v1/connections/test").document
            #expect(found["by"]?.string == "erin" && found["running_since"] == .null, "\(found)")
            #expect(found["lines"]?.array?.compactMap { $0["status"]?.string } == ["ok", "fail", "skip"])
            #expect(try await erin.json("/api/v1/connections") == found)
            #expect(try await erin.send(.post, "/api/v1/agents/sentinel/check").status == 200)
            #expect(try await erin.send(.post, "/api/v1/agents/nobody/check").status == 404)
            #expect(asked.all == [.everything, .agent("sentinel")])
            let run = try await erin.send(.post, "/api/v1/agents/sentinel/test")
            #expect(run.status == 201 && run.document["client_name"]?.string?.contains("fictional") == true)
            #expect(try await erin.send(.post, "/api/v1/agents/nobody/test").status == 404)
        }
        try await Served.run { server in
            let erin = try await Program.of(server, "erin", .engineer)
            #expect(try await erin.send(.post, "/api/v1/connections/test").status == 409)
        }
    }

    /// Who it is that waits.
    private enum Waiting {
        @TaskLocal static var person = ""
    }

    @Test("Whoever asks while one is under way waits for the same one")
    func joined() async throws {
        let gate = AsyncStream<Void>.makeStream(), began = AsyncStream<Void>.makeStream()
        let waiting = AsyncStream<String>.makeStream()
        let asked = Asked(), ended = Asked()
        var doors = Doors.system
        doors.sleep = { duration in
            waiting.continuation.yield(Waiting.person)
            // Nobody's patience ends before what they wait for.
            repeat { try await Task.sleep(for: duration) } while ended.all.isEmpty
        }
        let checkup = Checkup(doors: doors) { subject in
            asked.note(subject)
            began.continuation.yield()
            for await _ in gate.stream { break }
            ended.note(subject)
            return Self.lines
        }
        async let first = checkup.run(.everything, by: "ana")
        for await _ in began.stream { break }
        async let second = Waiting.$person.withValue("ben") { try await checkup.run(.everything, by: "ben") }
        for await person in waiting.stream where person == "ben" { break }
        gate.continuation.yield()
        #expect(try await [first, second] == [true, true])
        #expect(asked.all.count == 1)
        #expect(await checkup.last(.everything)?.by == "ana")
    }
}

extension Served {
    fileprivate func openMore(_ slug: String, _ field: String, _ value: String) async throws {
        _ = try await house.clients.change(slug, [(field, .string(value))], from: nil, by: Browser.tester)
    }
}
