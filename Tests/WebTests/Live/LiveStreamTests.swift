import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Lists and counts that live")
struct LiveStreamTests {
    private static func run(_ number: Int) -> String { "01KARVN000000000000000000\(number)" }

    private static func seed(_ number: Int, _ client: String, _ state: String, _ server: Served) async throws {
        try await ReportSeed(
            id: "01KAREP000000000000000000\(number)", run: run(number), client: client, runState: state
        ).put(into: server)
    }

    /// As a worker writes it: the state, and the run's own event.
    private static func move(_ number: Int, to state: String, _ server: Served) async throws {
        let now = server.house.doors.now(), ends = RunState(rawValue: state)?.isFinal ?? false
        try await server.database.write { db in
            try db.execute(
                "UPDATE run SET state = ?, cause = 'session_terminated', cause_sentence = 'It broke.', ended_at = ? WHERE id = ?",
                [state, ends ? now : nil, run(number)])
            try note(number, state, now, db)
        }
    }

    private static func note(_ number: Int, _ kind: String, _ now: Int64, _ db: any Connection) throws {
        try db.execute(
            """
            INSERT INTO run_event (run_id, seq, at, kind, detail)
            SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, 'test' FROM run_event WHERE run_id = ?
            """, [run(number), now, kind, run(number)])
    }

    private static func follower(_ browser: Browser, _ from: ChangePlace? = nil) -> LiveFollower {
        let house = browser.server.house
        return LiveFollower(house: house, person: browser.person, place: from, heartbeatMilliseconds: 0) {
            try? await house.signIn.stillSignedIn(session: browser.token)
        }
    }

    private static func runs(_ frames: String) -> [String] {
        frames.components(separatedBy: "\n\n").filter { $0.hasPrefix("event: run") }
            .compactMap { $0.firstMatch(of: /"id":"([0-9A-Z]+)"/).map { String($0.1) } }
    }

    @Test("A run says where it came from in each word that lists are narrowed by")
    func source() async throws {
        try await Served.run { server in
            try await Self.seed(1, "acme", "running", server)
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET trigger_source = 'webhook', task_tool = 'asana', task_id = 't1'", [])
            }
            let browser = try await Browser.signedIn(server, "ana", .viewer), follower = Self.follower(browser)
            _ = try await follower.look()
            try await Self.move(1, to: "failed", server)
            let frames = try #require(await Self.told(follower))
            #expect(frames.contains("\"trigger\":\"asana\"") && frames.contains("\"source\":\"webhook\""))
        }
    }

    @Test("Whoever begins is told the counts; then each change once, as its row, and the counts when they differ")
    func changes() async throws {
        try await Served.run { server in
            for number in 1...3 { try await Self.seed(number, "acme", "running", server) }
            let browser = try await Browser.signedIn(server, "ana", .viewer), follower = Self.follower(browser)
            let first = try await follower.look()
            #expect(
                Self.runs(first).isEmpty && first.contains("\"runs.running\":\"3\"") && first.contains("\"inbox\":\"\"")
            )
            try await Self.move(2, to: "failed", server)
            let frames = try #require(await Self.told(follower))
            #expect(Self.runs(frames) == [Self.run(2)])
            #expect(frames.contains("\\\"chip bad\\\"") && frames.contains("data-run=\\\"\(Self.run(2))\\\""))
            #expect(frames.contains("\"views\":[\"attention\"]") && frames.contains("It broke."))
            #expect(frames.contains("\"runs.running\":\"2\"") && frames.contains("\"inbox\":\"1\""))
            try await Self.seed(4, "acme", "queued", server)
            #expect(Self.runs(try #require(await Self.told(follower))) == [Self.run(4)])
        }
    }

    /// The next that is no sign of life alone.
    private static func told(_ follower: LiveFollower) async -> String? {
        while let frames = await follower.next() {
            if !frames.hasPrefix(":") { return frames }
        }
        return nil
    }

    @Test("Whoever comes back is told what they missed, once; whoever is too far behind that much has changed")
    func resume() async throws {
        try await Served.run { server in
            for number in 1...3 { try await Self.seed(number, "acme", "in_review", server) }
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let place = try await server.house.runs.changePlace()
            let told = try #require(ChangePlace("\(place)"))
            #expect(told.event == place.event && told.run <= place.run && !"\(place)".contains("RVN"))
            for number in [3, 1, 3] { try await Self.move(number, to: "done", server) }
            #expect(try await Self.runs(Self.follower(browser, place).look()) == [Self.run(1), Self.run(3)])
            let now = server.house.doors.now()
            try await server.database.write { db in
                for _ in 0...RunDesk.behindMax {
                    try Self.note(1, "note", now, db)
                }
            }
            let far = try await Self.follower(browser, place).look()
            #expect(far.contains("event: many") && Self.runs(far).isEmpty && far.contains("event: counts"))
            for wrong in ["", "x", "5", "-1-", "1-01KA", "1-\(Self.run(1))-2"] {
                #expect(ChangePlace(wrong) == nil, "\(wrong)")
            }
        }
    }

    @Test("Nobody is told of clients they do not see, and not any more when that ends")
    func visibility() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            try await Self.seed(1, "acme", "running", server)
            try await Self.seed(2, "plunkett", "running", server)
            let browser = try await Browser.signedIn(server, "ana", .viewer, clients: ["acme"])
            let follower = Self.follower(browser)
            #expect(try await follower.look().contains("\"runs.running\":\"1\""))
            for number in [1, 2] { try await Self.move(number, to: "failed", server) }
            let frames = try #require(await Self.told(follower))
            #expect(Self.runs(frames) == [Self.run(1)] && !frames.lowercased().contains("plunkett"))
            #expect(frames.contains("\"inbox\":\"1\""))
            _ = try await server.house.people.setClients(browser.person.id, [], by: Browser.tester)
            try await Self.move(1, to: "done", server)
            let after = try #require(await Self.told(follower))
            #expect(Self.runs(after).isEmpty && after.contains("\"inbox\":\"\""))
            _ = try await browser.post("/logout")
            #expect(await Self.told(follower) == nil)
        }
    }

    @Test("The stream speaks at once, in the form browsers read; with once it tells what there is and ends")
    func wire() async throws {
        try await Served.run { server in
            try await Self.seed(1, "acme", "running", server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            var reader = LiveReader(port: server.port, path: "/stream", headers: browser.cookie)
            #expect(await reader.next() == "retry: 2000\n: hello")
            let head = reader.head
            #expect(head.contains("content-type: text/event-stream") && head.contains("cache-control: no-store"))
            #expect(head.contains("x-accel-buffering: no"))
            let counts = try #require(await reader.nextEvent())
            #expect(counts.hasPrefix("event: counts\nid: "))
            try await Self.move(1, to: "failed", server)
            #expect(try #require(await reader.nextEvent()).hasPrefix("event: run\nid: "))
            let place = try #require(counts.firstMatch(of: /id: (\S+)/)).1
            let once = try await browser.get("/stream?once=yes&from=\(place)")
            #expect(Self.runs(once.text) == [Self.run(1)] && once.text.contains("event: counts"))
            #expect(try await server.answer(.get, "/stream").status == 303, "only for whoever is signed in")
        }
    }

    @Test("A page that asks by itself keeps nobody signed in")
    func unattended() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            func seenAt() async throws -> Int64? {
                try await server.database.query("SELECT seen_at FROM web_session", []).first?.integer("seen_at")
            }
            _ = try await server.database.write {
                try $0.execute("UPDATE web_session SET seen_at = seen_at - 3600000", [])
            }
            let before = try await seenAt()
            _ = try await browser.get("/stream?once=yes")
            #expect(try await seenAt() == before)
            _ = try await browser.get("/runs/")
            #expect(try await seenAt() != before)
        }
    }

    @Test("So many streams for one reader, so many in all")
    func bound() {
        let count = StreamCount()
        #expect(count.enter(max: 3, of: "ana", each: 2) && count.enter(max: 3, of: "ana", each: 2))
        #expect(!count.enter(max: 3, of: "ana", each: 2))
        #expect(count.enter(max: 3, of: "ben", each: 2) && !count.enter(max: 3, of: "cora", each: 2))
        count.leave(of: "ana")
        #expect(count.enter(max: 3, of: "cora", each: 2))
    }

    @Test("Pages say what is kept true: counts by name, rows by run, a list by where the changes stood")
    func marks() async throws {
        try await Served.run { server in
            try await Self.seed(1, "acme", "running", server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let list = try await browser.get("/runs/").text
            #expect(list.contains("<body data-live=\"/stream\">") && list.contains("data-count=\"inbox\""))
            #expect(list.contains("<tr data-run=\"\(Self.run(1))\">") && list.contains("data-count=\"runs.running\""))
            let place = try #require(list.firstMatch(of: /data-list="([^"]+)"/)).1
            #expect(ChangePlace(String(place)) != nil)
            #expect(
                try await browser.get("/runs/?text=nothing").text.contains("data-list=\""), "an empty list may fill")
            #expect(try await browser.get("/inbox/").text.contains("data-count=\"inbox.reviews\""))
            #expect(try await !browser.get("/inbox/?mine=yes").text.contains("data-count=\"inbox.reviews\""))
            #expect(try await !server.answer(.get, "/login").text.contains("data-live"))
        }
    }
}
