import BureauDomain
import BureauStorage
import BureauVendors
import Crypto
import Foundation
import Testing

@testable import BureauEngine

/// A desk and a worker over a real database, telling a real server on loopback.
private struct Room {
    let bench: Bench
    let desk: EndpointDesk
    let worker: AnnouncementWorker
    static let actor = Actor(name: "test", surface: "test")

    init(allowed: [String] = ["127.0.0.0/8"]) async throws {
        bench = try await Bench()
        let ranges = allowed.compactMap { AddressRange($0) }
        let settings = EndpointSettings(keyFolder: bench.folder, allowed: ranges)
        desk = EndpointDesk(database: bench.database, doors: bench.clock.doors, settings: settings)
        let parts = try bench.parts { $0.endpoints = settings }
        worker = AnnouncementWorker(parts: parts, wake: WakeSignal(doors: bench.clock.doors))
    }

    func add(
        _ port: Int, runs: Bool = true, approvals: Bool = true, client: String? = nil
    ) async throws -> (id: String, secret: String) {
        if let client,
            let record = ClientRecord.load(
                Array(#"{"slug": "\#(client)", "name": "\#(client)"}"#.utf8), fileName: "test"
            ).client
        {
            try await bench.database.write { try ClientStore(db: $0).save(record, now: 1) }
        }
        let new = NewEndpoint(
            url: "http://127.0.0.1:\(port)/hook", tellsRuns: runs, tellsApprovals: approvals, client: client)
        let (made, secret) = try await desk.add(new, by: Self.actor)
        return (made.id, secret)
    }

    func log(_ id: String) async throws -> [AnnouncementRecord] { try await desk.announcements(id, limit: 200) }
}

@Suite("What endpoints are told")
struct AnnouncementTests {
    @Test("Each change of a run is told once, signed over the very bytes, under an id that stays the same")
    func told() async throws {
        try await Receiver.open { receiver, port in
            let room = try await Room()
            let (id, secret) = try await room.add(port)
            let run = try await room.bench.run(Bench.toRunning)
            #expect(try await room.worker.tellDue() == 3)
            #expect(try await room.worker.tellDue() == 0)
            let key = SymmetricKey(data: try #require(Data(base64Encoded: String(secret.dropFirst(6)))))
            for told in receiver.told {
                let signed = Data("\(told.id).\(told.headers["webhook-timestamp"] ?? "").".utf8) + Data(told.body)
                let code = Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
                #expect(told.headers["webhook-signature"] == "v1,\(code)")
            }
            let bodies = receiver.told.compactMap { try? BureauDomain.JSONValue.parse($0.body) }
            #expect(Set(bodies.compactMap { $0["type"]?.string }) == ["run.created", "run.changed"])
            #expect(Set(bodies.compactMap { $0["run"]?["status"]?.string }) == ["queued", "starting", "running"])
            #expect(bodies.allSatisfy { $0["run"]?["id"]?.string == run.id })
            #expect(Set(receiver.told.map(\.id)).count == 3)
            #expect(try await room.log(id).allSatisfy { $0.state == .told && $0.tries == 1 && $0.status == 200 })
        }
    }

    @Test("What a failed transaction would have told is never told")
    func together() async throws {
        let room = try await Room()
        let (id, _) = try await room.add(9)
        struct Undone: Error {}
        let transitions = RunTransitions(doors: room.bench.clock.doors)
        let run = try await room.bench.run()
        let before = try await room.log(id).count
        await #expect(throws: Undone.self) {
            try await room.bench.database.write { db in
                try transitions.apply(.taken, to: run.id, lease: nil, in: db)
                throw Undone()
            }
        }
        #expect(try await room.log(id).count == before)
    }

    @Test("An endpoint of one client is told of that client's runs alone, and of the topics it asked for")
    func choice() async throws {
        let room = try await Room()
        let own = try await room.add(9, approvals: false, client: "shamrock").id
        let foreign = try await room.add(9, client: "other").id
        let questions = try await room.add(9, runs: false).id
        _ = try await room.bench.run(Bench.toRunning)
        #expect(try await room.log(own).count == 3)
        #expect(try await room.log(foreign).isEmpty)
        #expect(try await room.log(questions).isEmpty)
    }

    @Test("A question is told when it is asked and when it is settled, without the call's input")
    func questions() async throws {
        let room = try await Room()
        let (id, _) = try await room.add(9, runs: false)
        let run = try await room.bench.run(Bench.toRunning), now = room.bench.clock.now
        let doors = room.bench.clock.doors
        let approval = StepMark.approval(run: run.id, eventID: "sevt_1")
        try await room.bench.database.write { db in
            let question = NewApproval(
                eventID: "sevt_1", tool: "send_email", input: #"{"to": "canary@example.com"}"#, inputHash: "x",
                effect: "A mail is sent.")
            _ = try ApprovalStore(db: db).ask(question, run: run.id, id: approval, now: now, expiresAt: now + 1_000)
            try ApprovalNotices(db: db, doors: doors).ask(approval, run: run)
            _ = try ApprovalStore(db: db).decide(approval, .denied, by: "ana", on: "web", reason: "no", now: now)
        }
        let log = try await room.log(id)
        #expect(Set(log.map(\.kind)) == ["approval.asked", "approval.settled"])
        #expect(log.allSatisfy { !$0.body.contains("canary") && $0.body.contains("A mail is sent.") })
    }

    @Test(
        "An endpoint that takes nothing is tried for a day, then disabled with an alert, and nothing more waits for it")
    func lasting() async throws {
        try await Receiver.open { receiver, port in
            let room = try await Room()
            let (id, _) = try await room.add(port)
            receiver.answer(500)
            _ = try await room.bench.run()
            for _ in 0..<(AnnouncementSchedule.triesMax + 2) {
                _ = try await room.worker.tellDue()
                room.bench.clock.advance(milliseconds: 36_000_000)
            }
            #expect(receiver.told.count == AnnouncementSchedule.triesMax)
            let endpoint = try await room.desk.find(id)
            #expect(!endpoint.isActive && endpoint.why?.contains("500") == true)
            #expect(try await room.log(id).first?.state == .givenUp)
            let alerts = try await room.bench.alerts()
            #expect(alerts.map(\.cause) == [AnnouncementWorker.alertCause] && alerts.first?.subject == id)
            _ = try await room.bench.run()
            #expect(try await room.log(id).count == 1, "a disabled endpoint is told of nothing")
            receiver.answer(200)
            _ = try await room.desk.enable(id, by: Room.actor)
            #expect(try await room.bench.alerts().isEmpty)
            let event = try #require(try await room.log(id).first?.eventID)
            #expect(try await room.desk.again(id, event: event, by: Room.actor))
            #expect(try await room.worker.tellDue() == 1)
            #expect(try await room.log(id).first?.state == .told)
        }
    }

    @Test("410 ends it at once; a redirect is not followed")
    func answers() async throws {
        try await Receiver.open { receiver, port in
            let room = try await Room()
            let (id, _) = try await room.add(port)
            receiver.answer(302, location: "http://127.0.0.1:\(port)/elsewhere")
            _ = try await room.bench.run()
            _ = try await room.worker.tellDue()
            #expect(receiver.told.count == 1)
            #expect(try await room.log(id).first?.error?.contains("redirects") == true)
            receiver.answer(410)
            room.bench.clock.advance(milliseconds: 5_000)
            _ = try await room.worker.tellDue()
            #expect(try await room.desk.find(id).isActive == false)
        }
    }

    @Test("After a new secret both sign for a day, then the new one alone")
    func rotation() async throws {
        try await Receiver.open { receiver, port in
            let room = try await Room()
            let (id, first) = try await room.add(port)
            let (_, second) = try await room.desk.rotate(id, by: Room.actor)
            #expect(first != second)
            _ = try await room.desk.test(id, by: Room.actor)
            _ = try await room.worker.tellDue()
            #expect(receiver.told.last?.headers["webhook-signature"]?.split(separator: " ").count == 2)
            room.bench.clock.advance(milliseconds: EndpointDesk.formerHours * 3_600_000)
            _ = try await room.desk.test(id, by: Room.actor)
            _ = try await room.worker.tellDue()
            #expect(receiver.told.last?.headers["webhook-signature"]?.split(separator: " ").count == 1)
        }
    }

    @Test("An address that became closed is not called, by number or by name")
    func closed() async throws {
        try await Receiver.open { receiver, port in
            let room = try await Room()
            let (id, _) = try await room.add(port)
            // As after a restart without the allowance, and as a name that leads inside.
            let settings = EndpointSettings(keyFolder: room.bench.folder)
            let worker = AnnouncementWorker(
                parts: try room.bench.parts { $0.endpoints = settings },
                wake: WakeSignal(doors: room.bench.clock.doors))
            _ = try await room.desk.test(id, by: Room.actor)
            _ = try await worker.tellDue()
            let post = GuardedPost { EndpointAddress.isOpen($0, allowed: []) }
            let outcome = await post.send(
                [], to: "http://localhost:\(port)/", host: "localhost", port: port, headers: [:])
            guard case .refused = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(receiver.told.isEmpty)
            #expect(try await room.log(id).first?.state == .pending)
        }
    }

    @Test("A secret is told once and kept sealed")
    func secrets() async throws {
        let room = try await Room()
        let (id, secret) = try await room.add(9)
        let rows = try await room.bench.database.query("SELECT secret FROM endpoint WHERE id = ?", [id])
        #expect(try rows.first?.text("secret").contains(secret.dropFirst(6)) == false)
        #expect(try await !room.desk.find(id).document.compact.contains(secret))
        let audit = try await room.bench.database.engine.query("SELECT after FROM audit")
        #expect(try audit.allSatisfy { try !($0.textIfAny("after") ?? "").contains(secret) })
    }

    @Test("Which requests were answered is forgotten after a day, and beyond so many of one caller")
    func keys() async throws {
        let bench = try await Bench()
        let keys = RequestKeys(database: bench.database, doors: bench.clock.doors)
        let (one, two) = (Hex.sha256(Array("one".utf8)), Hex.sha256(Array("two".utf8)))
        #expect(try await keys.claim("key-of-a-test", by: "ana", request: one) == .new)
        #expect(try await keys.claim("key-of-a-test", by: "ana", request: one) == .open)
        try await keys.settle("key-of-a-test", by: "ana", status: 201, answer: "{}")
        #expect(try await keys.claim("key-of-a-test", by: "ana", request: one) == .answered(status: 201, answer: "{}"))
        #expect(try await keys.claim("key-of-a-test", by: "ana", request: two) == .other)
        #expect(try await keys.claim("key-of-a-test", by: "ben", request: two) == .new)
        bench.clock.advance(milliseconds: RequestKeys.keptHours * 3_600_000 + 1)
        #expect(try await keys.claim("key-of-a-test", by: "ana", request: two) == .new)
        #expect(try await bench.database.query("SELECT 1 AS one FROM api_request").count == 1)
    }
}
