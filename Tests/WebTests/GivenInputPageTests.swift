import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("Notes and input written by hand")
struct GivenInputPageTests {
    private static let run = "01KARVN0000000000000000001"

    private static func payload(_ server: Served, _ id: String? = nil) async throws -> JSONObject? {
        let listed = try await server.house.runs.list(RunListing(visible: nil)).first
        let run = try await id == nil ? listed : server.house.runs.find(id ?? "")
        return run?.payload.flatMap { try? JSONValue.parse(Array($0.utf8)).object }
    }

    private static let wrongs: [(String, field: String, says: String)] = [
        ("payload=%7B", "payload", "Line 1"), ("payload=%5B%5D", "payload", "expected an object"),
        ("payload=%7B%22client_id%22%3A%22plunkett%22%7D", "payload", "another client"),
        ("notes=" + String(repeating: "x", count: 4_001), "notes", "at most 4000"),
    ]

    @Test("What is wrong with them stands at their field, and nothing begins", arguments: wrongs)
    func wrong(form: String, field: String, says: String) async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let answer = try await otto.post("/runs", "agent=sentinel&client=acme&task=86cfull01&\(form)")
            #expect(answer.status == 422 && answer.text.contains("id=\"f-\(field)-problem\""))
            #expect(answer.text.contains(says) && answer.text.contains("href=\"#f-\(field)\">Go to "))
            #expect(answer.text.contains("<details open>") == (field == "payload"))
            #expect(try await server.house.runs.list(RunListing(visible: nil)).isEmpty)
        }
    }

    @Test("The agent is given both, over the client's record; they can be looked at first")
    func given() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme", ["business_phone": "614 555 0100"])
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let form =
                "agent=sentinel&client=acme&task=86cfull01&notes=Be+brief.&payload=%7B%22business_phone%22%3A%221%22%7D"
            let look = try await otto.post("/runs", form + "&do=look")
            #expect(
                look.status == 200 && look.text.contains("Nothing has begun yet") && look.text.contains("Be brief."))
            #expect(!look.text.contains("614 555 0100"))
            #expect(try await otto.post("/runs", form).status == 303)
            let payload = try #require(try await Self.payload(server))
            #expect(payload["business_phone"] == "1" && payload["client_id"] == "acme")
            #expect(payload[GivenInput.notesField] == "Be brief.")
        }
    }

    @Test("Programs give notes too")
    func api() async throws {
        try await Served.run(hasAgents: true) { server in
            let robot = try await Program.of(server, "robot", .operator)
            let answer = try await robot.send(
                .post, "/api/v1/runs", #"{"agent": "sentinel", "task": "86cfull01", "notes": "Be brief."}"#)
            #expect(answer.status == 201, "\(answer.text)")
            #expect(try await Self.payload(server)?[GivenInput.notesField] == "Be brief.")
        }
    }

    private static func fail(_ server: Served, payload: String) async throws {
        try await server.openClient("acme")
        try await ReportSeed(runState: "failed").put(into: server)
        try await server.database.write {
            _ = try $0.execute(
                "UPDATE run SET payload = ?, task_id = '86cfull01' WHERE id = ?", [payload, Self.run])
        }
    }

    @Test("A run again takes the input it is shown with, or what somebody made of it")
    func again() async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.fail(server, payload: #"{"client_id":"acme","city":"Rome"}"#)
            let otto = try await Browser.signedIn(server, "otto", .operator), place = "/runs/\(Self.run)/again"
            let page = try await otto.get(place).text
            #expect(page.contains("name=\"payload\"") && page.contains("&quot;Rome&quot;"))
            let wrong = try await otto.post(place, "confirmed=yes&reason=Moved&payload=%7B")
            #expect(wrong.status == 422 && wrong.text.contains("id=\"f-payload-problem\""))
            #expect(wrong.text.contains(">Moved</textarea>"), "nothing is typed twice")
            let begun = try await otto.post(
                place, "confirmed=yes&payload=%7B%22client_id%22%3A%22acme%22%2C%22city%22%3A%22Oslo%22%7D")
            let id = try #require(begun.headers["location"]?.split(separator: "/").last.map(String.init))
            #expect(try await Self.payload(server, id)?["city"] == "Oslo")
            #expect(try await server.house.runs.find(id).againOf == Self.run)
            let robot = try await Program.of(server, "robot", .operator), api = "/api/v1" + place
            let other = try await robot.send(.post, api, #"{"payload": {"client_id": "plunkett"}}"#)
            #expect(other.status == 422 && other.text.contains("another client"), "\(other.text)")
            #expect(try await robot.send(.post, api, #"{"payload": {"city": "Bern"}}"#).status == 201)
            #expect(try await server.house.runs.list(RunListing(visible: nil)).count == 3)
        }
    }

    @Test("What nobody touched goes on as it was: as long as may be, another's client_id, a member with an underscore")
    func untouched() async throws {
        var payload = JSONObject([("client_id", .string("ACME")), ("_x", .string("kept"))])
        for number in 1...100 { payload["k\(number)"] = .string("a word") }
        payload["fill"] = .string("")
        let room = GivenInput.payloadBytesMax - JSONValue.object(payload).pretty.utf8.count
        payload["fill"] = .string(String(repeating: ". ", count: room / 2))
        let before = JSONValue.object(payload)
        try await Served.run(hasAgents: true) { server in
            try await Self.fail(server, payload: before.canonical)
            let otto = try await Browser.signedIn(server, "otto", .operator), place = "/runs/\(Self.run)/again"
            #expect(try await otto.get(place).text.contains("name=\"payload\""))
            let sent = WebRequest.escaped(before.pretty.replacing("\n", with: "\r\n"))
            let begun = try await otto.post(place, "confirmed=yes&payload=\(sent)")
            #expect(begun.status == 303, "\(begun.text)")
            let id = try #require(begun.headers["location"]?.split(separator: "/").last.map(String.init))
            let after = try #require(try await Self.payload(server, id))
            #expect(JSONValue.object(after).canonical == before.canonical)
            let short = WebRequest.escaped(#"{"client_id": "ACME"}"#)
            let changed = try await otto.post(place, "confirmed=yes&payload=\(short)")
            #expect(changed.status == 422 && changed.text.contains("short name"))
        }
    }

    @Test("Input that is not shown whole is not offered to be changed")
    func hidden() async throws {
        try await Served.run(hasAgents: true) { server in
            try await Self.fail(server, payload: #"{"client_id":"acme","password":"hunter2hunter2"}"#)
            let otto = try await Browser.signedIn(server, "otto", .operator), place = "/runs/\(Self.run)/again"
            let page = try await otto.get(place).text
            #expect(!page.contains("name=\"payload\"") && !page.contains("hunter2"))
            let begun = try await otto.post(place, "confirmed=yes")
            let id = try #require(begun.headers["location"]?.split(separator: "/").last.map(String.init))
            #expect(try await Self.payload(server, id)?["password"] == "hunter2hunter2")
        }
    }
}
