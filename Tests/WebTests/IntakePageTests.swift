import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The intake on pages and over the API")
struct IntakePageTests {
    @Test("A pause is asked about, happens once, and stands on every page with its name until it is over")
    func pause() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let olga = try await Browser.signedIn(server, "olga", .operator)
            let vera = try await Browser.signedIn(server, "vera", .viewer)
            #expect(try await vera.post("/intake/pause", "confirmed=yes").status == 403)
            let ask = try await olga.get("/intake/pause").text
            #expect(ask.contains("Nothing new starts") && ask.contains("Leave it as it is"))
            #expect(
                try await olga.post("/intake/pause", "reason=x").headers["location"] == "/intake/pause", "asked first")
            #expect(try await server.house.intake.status().mode == .open)
            let form = "confirmed=yes&reason=Lists+are+rebuilt&form_key=0123456789abcdef0123456789abcdef"
            for _ in 0..<2 { #expect(try await olga.post("/intake/pause", form).status == 303) }
            for _ in 0..<3 { _ = try await server.addRun(client: "acme") }
            for path in ["/", "/runs/", "/inbox/", "/clients/", "/settings/"] {
                let text = try await vera.get(path).text
                #expect(
                    text.contains("Intake is paused by olga since") && text.contains("3 events waiting."), "\(path)")
            }
            #expect(try await !server.answer(.get, "/login").text.contains("Intake is paused"), "nobody's business")
            #expect(try await olga.get("/intake/pause").status == 303, "there is nothing to ask")
            #expect(try await olga.post("/intake/resume", "confirmed=yes").status == 303)
            #expect(try await !vera.get("/runs/").text.contains("Intake is paused"))
            let log = try await server.house.audit.list(subject: "intake")
            #expect(log.map(\.action) == ["intake resumed", "intake paused"])
            #expect(log.last?.after?.contains("Lists are rebuilt") == true && log.last?.actor.name == "olga")
        }
    }

    private static let steps: [(verb: String, mode: String, ready: Int)] = [
        ("pause", "paused", 200), ("drain", "draining", 503), ("drain", "draining", 503), ("resume", "open", 200),
    ]

    @Test("Programs pause, drain and resume; only a drain makes the server not ready")
    func program() async throws {
        try await Served.run { server in
            let erin = try await Program.of(server, "erin", .operator)
            let vera = try await Program.of(server, "vera", .viewer)
            #expect(try await vera.send(.post, "/api/v1/intake/pause", "{}").status == 403)
            #expect(try await erin.json("/api/v1/intake")["mode"]?.string == "open")
            for step in Self.steps {
                let answer = try await erin.send(.post, "/api/v1/intake/\(step.verb)", #"{"reason": "an upgrade"}"#)
                #expect(answer.status == 200 && answer.document["mode"]?.string == step.mode, "\(step.verb)")
                let ready = try await server.answer(.get, "/ready")
                #expect(ready.status == step.ready && ready.text == (step.ready == 200 ? "ok\n" : "not ready\n"))
                #expect(try await server.answer(.get, "/health").status == 200, "it runs all the same")
                let metrics = try await server.answer(.get, "/metrics").text
                #expect(metrics.contains("bureau_intake_mode{mode=\"\(step.mode)\"} 1"))
            }
            #expect(try await server.house.audit.list(subject: "intake").count == 3, "a repetition changes nothing")
        }
    }

    @Test("A signal that comes while it is paused is answered as ever and its run waits")
    func signal() async throws {
        try await Served.run(hasAgents: true) { server in
            _ = try await server.house.intake.set(.draining, by: Browser.tester, reason: "")
            let body = #"{"event":"taskUpdated","task_id":"86a"}"#
            let answer = try await server.send(
                .post, "/webhook/sentinel", ["X-Signature": Served.sign(body)], body: body)
            #expect(answer.status == 200)
            #expect(try await server.signals().count == 1)
        }
    }

    @Test("System tells in a row each what every part of the server does")
    func system() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            _ = try await server.addRun(client: "acme")
            _ = try await server.send(.post, "/webhook/sentinel", ["X-Signature": "wrong"], body: "{}")
            let erin = try await Browser.signedIn(server, "erin", .engineer)
            let page = try await erin.get("/system/").text
            for words in [
                "queue 1 ·", "rejected today 1 (the signature is missing or wrong 1)", "of 1000 in work", "leases 0",
                "no service is connected", "WAL ", "integrity not checked yet", "no backup was made yet",
                "last 7 days: 0", "v1.2.3", "doctor was not run since the start", "href=\"/ready\"",
                "href=\"/intake/pause\"", "href=\"/intake/drain\"",
            ] { #expect(page.contains(words), "\(words)") }
            _ = try await server.house.intake.set(.draining, by: Browser.tester, reason: "")
            let drained = try await erin.get("/system/").text
            #expect(drained.contains("Drained") && drained.contains("href=\"/intake/resume\""))
            #expect(drained.contains("nothing is in work"))
        }
    }
}
