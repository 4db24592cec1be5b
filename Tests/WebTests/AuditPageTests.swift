import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("The audit log")
struct AuditPageTests {
    /// Changes of two clients, of a user who sees one of them, and of nobody's.
    private static func furnish(_ server: Served) async throws {
        for slug in ["acme", "plunkett"] {
            try await server.openClient(slug, ["business_phone": .string("phone of \(slug)")])
        }
        let vera = try await server.house.people.add("vera", displayName: nil, role: .viewer, by: Browser.tester)
        _ = try await server.house.people.setClients(vera.id, ["plunkett"], by: Actor(name: "zoe", surface: "cli"))
        try await server.house.audit.note(Actor(name: "zoe", surface: "cli"), "schedule paused", "schedule x/y")
        let run = try await server.addRun(client: "plunkett")
        try await server.database.write {
            _ = try $0.execute(
                """
                INSERT INTO alert (id, cause, subject, sentence, run_id, state, opened_at, last_at)
                VALUES ('01KAALERT00000000000000001', 'delivery_failed', 's', 'Alert of plunkett.', ?, 'open', 1, 1)
                """, [run.id])
        }
        let boss = try await Browser.signedIn(server, "boss", .engineer)
        #expect(try await boss.post("/system/alerts/01KAALERT00000000000000001/resolve").status == 303)
    }

    private static let surfaces = ["/system/audit-log/", "/system/audit-log.json", "/system/audit-log.csv"]

    @Test("Somebody who sees one client reads of it and of what is nobody's, on every surface", arguments: surfaces)
    func visible(path: String) async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let erin = try await Browser.signedIn(server, "erin", .engineer, clients: ["acme"])
            let all = try await Browser.signedIn(server, "emil", .engineer)
            let (narrow, whole) = (try await erin.get(path), try await all.get(path))
            #expect(narrow.status == 200 && whole.status == 200)
            #expect(narrow.text.contains("phone of acme") && narrow.text.contains("schedule paused"))
            #expect(!narrow.text.contains("plunkett") && !narrow.text.contains("Alert of"), "\(narrow.text)")
            #expect(whole.text.contains("phone of plunkett") && whole.text.contains("clients changed"))
        }
    }

    private static let filters: [(String, says: [String], not: [String])] = [
        ("actor=zoe", ["schedule paused", "clients changed"], ["phone of"]),
        ("subject=client+acme", ["phone of acme"], ["phone of plunkett", "schedule paused"]),
        ("actor=zoe&subject=schedule+x%2Fy", ["schedule paused"], ["clients changed"]),
        ("actor=nobody", [], ["schedule paused", "phone of"]),
    ]

    @Test("It is narrowed by who and by what, and says when nothing matches", arguments: filters)
    func filter(query: String, says: [String], not: [String]) async throws {
        try await Served.run { server in
            try await Self.furnish(server)
            let emil = try await Browser.signedIn(server, "emil", .engineer)
            for path in Self.surfaces {
                let text = try await emil.get("\(path)?\(query)").text
                for word in says { #expect(text.contains(word), "\(path) \(word)") }
                for word in not { #expect(!text.contains(word), "\(path) \(word)") }
            }
            let page = try await emil.get("/system/audit-log/?\(query)").text
            #expect(page.contains("name=\"actor\"") && page.contains("name=\"subject\""))
            #expect(page.contains("No change matches.") == says.isEmpty)
        }
    }

    @Test("It goes on where a page ended, and its CSV has all of it")
    func paging() async throws {
        try await Served.run { server in
            let emil = try await Browser.signedIn(server, "emil", .engineer), all = AuditPages.pageRows + 5
            for number in 0..<all {
                try await server.house.audit.note(Actor(name: "zoe", surface: "cli"), "deed \(number)", "x")
            }
            let first = try JSONValue.parse(try await emil.get("/system/audit-log.json?actor=zoe").body)
            let next = try #require(first["next"]?.string)
            let second = try JSONValue.parse(
                try await emil.get("/system/audit-log.json?actor=zoe&cursor=\(next)").body)
            let deeds = [first, second].flatMap { ($0["items"]?.array ?? []).compactMap { $0["action"]?.string } }
            #expect(deeds.count == all && Set(deeds) == Set((0..<all).map { "deed \($0)" }))
            #expect(second["next"] == .null)
            let lines = try await emil.get("/system/audit-log.csv?actor=zoe").text.split(separator: "\r\n")
            #expect(lines.count == all + 1)
        }
    }

    private static let kept = "2026-11-22T18:05:30.901Z"

    @Test(
        "Moments in what changed are told in the reader's zone, without the one that every change has; programs get all"
    )
    func moments() async throws {
        try await Served.run { server in
            func side(_ until: String, _ updated: String) -> JSONValue {
                let nested = JSONValue.object(JSONObject([("at", .string(until)), ("updated_at", .string(updated))]))
                return .object(
                    JSONObject([
                        ("paused_until", .string(until)), ("days", .array([.string(until), .string("Zoe, to Z")])),
                        ("seen", nested), ("updated_at", .string(updated)), ("name", .string("x")),
                    ]))
            }
            try await server.openClient("acme")
            try await server.house.audit.note(
                Actor(name: "zoe", surface: "cli"), "schedule paused", "schedule x/y", client: "acme",
                before: side(Self.kept, "2026-11-01T00:00:00.000Z"),
                after: side("2026-12-31T23:30:00Z", "2026-11-02T00:00:00.000Z"))
            let entry = try #require(try await server.house.audit.list(subject: "schedule x/y").first)
            let zone = try #require(ZoneOffsets(identifier: "Europe/Berlin"))
            let words = AuditWords(entry, in: PageClock(zone: zone, now: { 1_795_165_201_200 }))
            #expect(
                words.before
                    == #"paused until: 22 Nov, 19:05, days: 22 Nov, 19:05, Zoe, to Z, seen: {"at":"22 Nov, 19:05"}"#)
            #expect(words.after.hasPrefix("paused until: 1 Jan 2027, 00:30, days: 1 Jan 2027, 00:30, Zoe, to Z"))
            let emil = try await Browser.signedIn(server, "emil", .engineer)
            for path in ["/system/audit-log", "/clients/acme/activity"] {
                let page = try await emil.get(path + "/").text
                #expect(page.contains("paused until: 22 Nov"), "\(path): \(page)")
                #expect(!page.contains(Self.kept) && !page.contains("updated at"), "\(path)")
                for twin in [".csv", ".json"] {
                    let text = try await emil.get(path + twin).text
                    #expect(text.contains(Self.kept) && text.contains("updated"), "\(path)\(twin)")
                }
            }
        }
    }

    @Test("A failure that is marked as seen says so with its note, over the API by the same roles as on its page")
    func seen() async throws {
        try await Served.run(hasAgents: true) { server in
            for number in [1, 2] {
                try await ReportSeed(
                    id: "01KAREP000000000000000000\(number)", run: "01KARVN000000000000000000\(number)",
                    runState: "failed"
                ).put(into: server)
            }
            let ana = try await Browser.signedIn(server, "ana", .consultant)
            let robot = try await Program.of(server, "robot", .consultant)
            let vera = try await Program.of(server, "vera", .viewer)
            #expect(try await ana.post("/runs/01KARVN0000000000000000001/seen", "note=New+key").status == 303)
            let path = "/api/v1/runs/01KARVN0000000000000000002/seen"
            #expect(try await vera.send(.post, path, "{}").status == 403)
            #expect(try await robot.send(.post, path, #"{"note": "New key"}"#).status == 200)
            for number in [1, 2] {
                let entry = try await server.house.audit.list(subject: "run 01KARVN000000000000000000\(number)").first
                let words = try AuditWords(#require(entry))
                #expect(entry?.action == "failure seen" && words.before.isEmpty)
                #expect(words.after == "seen: true, note: New key")
            }
        }
    }

    @Test("Why a program stopped a run is kept, as it is for people")
    func reason() async throws {
        try await Served.run { server in
            let run = try await server.addRun(client: nil), robot = try await Program.of(server, "robot", .operator)
            #expect(
                try await robot.send(.post, "/api/v1/runs/\(run.id)/stop", #"{"reason": "Wrong month"}"#).status == 200)
            let entry = try await server.house.audit.list(subject: "run \(run.id)").first
            #expect(entry?.after?.contains("Wrong month") == true)
        }
    }
}
