import BureauDomain
import BureauEngine
import BureauVendors
import Foundation
import Testing

@testable import BureauWeb

@Suite("A call is changed on the pages, without a script")
struct ChangePagesTests {
    private static let run = "01KARVN0000000000000000001"
    private static let asked = #"{"text":"Half price all week\nCome in","count":5,"pinned":true,"tags":["a"]}"#
    private static let wanted = #"{"text":"Half price on Monday\nCome in","count":5,"pinned":false,"tags":["a","b"]}"#

    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\(WebRequest.escaped($0.0))=\(WebRequest.escaped($0.1))" }.joined(separator: "&")
    }

    /// As a browser sends what somebody wrote: lines end its own way.
    private static let written = form([
        ("m.text", "Half price on Monday\r\nCome in"), ("m.count", "5"), ("m.pinned", "false"),
        ("rest", #"{"tags": ["a", "b"]}"#),
    ])

    private static func hidden(_ name: String, _ page: String) throws -> String {
        let found = try #require(page.firstMatch(of: try Regex("name=\"\(name)\" value=\"([^\"]*)\"")))
        let value = try #require(found.output[1].substring)
        return String(value).replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }

    private static func seeded(_ server: Served) async throws -> String {
        try await ReportSeed(runState: "waiting_approval").put(into: server)
        return try await server.ask(run, input: asked)
    }

    @Test(
        "Fields, then what would change, then the decision about exactly that; afterwards it is approved, with changes")
    func whole() async throws {
        try await Served.run { server in
            let id = try await Self.seeded(server), place = "/approvals/\(id)/change"
            let otto = try await Browser.signedIn(server, "otto", .operator)
            #expect(try await otto.get("/approvals/\(id)/").text.contains("href=\"\(place)\""))
            let fields = try await otto.get(place).text
            for name in ["m.text", "m.count", "m.pinned", "rest"] {
                #expect(fields.contains("name=\"\(name)\""), "\(name)")
            }

            let shown = try await otto.post(place, Self.written)
            #expect(shown.status == 200 && shown.text.contains("<code>text: Half price all week</code>"))
            #expect(shown.text.contains("<code>text: Half price on Monday</code>"))
            #expect(shown.text.contains("Approve with these changes") && shown.text.contains("Change it further"))
            #expect(shown.text.contains("All of it, as it would be approved"))
            // To look is no decision, however often.
            #expect(try await otto.post(place, Self.written).status == 200)
            #expect(try await server.house.approvals.find(id)?.state == .open)

            let (input, hash) = (try Self.hidden("input", shown.text), try Self.hidden("input_sha256", shown.text))
            let forged = Self.form([("input", input.replacing("Monday", with: "Sunday")), ("input_sha256", hash)])
            let refused = try await otto.post(place, forged)
            #expect(refused.status == 409 && refused.text.contains("What you wrote"))
            #expect(refused.text.contains("Half price on Sunday") && !refused.text.contains("Input sha256"))
            #expect(try await server.house.approvals.find(id)?.state == .open)
            let confirmed = Self.form([("input", input), ("input_sha256", hash), ("reason", "One day only.")])
            #expect(try await otto.post(place, confirmed).status == 303)

            let decided = try #require(try await server.house.approvals.find(id))
            #expect(decided.state == .changed && decided.decidedBy == "otto" && decided.reason == "One day only.")
            #expect(decided.changedInput == Self.wanted)
            let page = try await otto.get("/approvals/\(id)/").text
            #expect(
                page.contains("Approved with changes by otto") && page.contains("What otto changed before approving it")
            )
            #expect(!page.contains("data-approve") && !page.contains("Denied"))
            let late = try await otto.post("/approvals/\(id)/decision", "decision=approve")
            #expect(late.status == 409 && late.text.contains("Approved with changes by otto"))
            #expect(try await otto.get(place).status == 409)
        }
    }

    private static let wrong: [(String, [(String, String)], String)] = [
        ("no number", [("m.count", "five")], "This has to be a number."),
        ("neither yes nor no", [("m.pinned", "perhaps")], "This has to be true or false."),
        ("a list for the rest", [("rest", "[]")], "This has to be an object"),
        ("no JSON", [("rest", "{")], "This is no JSON"),
        ("a member twice", [("rest", #"{"text": "x"}"#)], "has a field of its own"),
        ("nothing changed", [("m.count", "5.0")], "approve it as it is"),
        ("too much", [("m.text", String(repeating: "x", count: 17_000))], "16000 at most"),
    ]

    @Test("What cannot be approved so is told beside what was written, and nothing is decided", arguments: wrong)
    func refused(what: String, fields: [(String, String)], words: String) async throws {
        try await Served.run { server in
            let id = try await Self.seeded(server)
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let answer = try await otto.post("/approvals/\(id)/change", Self.form(fields))
            #expect(answer.status == 422 && answer.text.contains(words), "\(what): \(answer.text)")
            #expect(!answer.text.contains("Approve with these changes"), "\(what)")
            #expect(try await server.house.approvals.find(id)?.state == .open, "\(what)")
        }
    }

    @Test("A change that can never be approved is shown whole and leads back to its fields, not to the same refusal")
    func refusedDecision() async throws {
        try await Served.run { server in
            let id = try await Self.seeded(server)
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let hash = Hex.sha256(Array(try JSONValue.parse(Array(Self.asked.utf8)).canonical.utf8))
            let confirmed = Self.form([("input", Self.asked), ("input_sha256", hash), ("reason", "One day only.")])
            let answer = try await otto.post("/approvals/\(id)/change", confirmed)
            #expect(answer.status == 422 && answer.text.contains("One day only."), "\(answer.text)")
            #expect(answer.text.contains("What you wrote") && answer.text.contains("Half price all week"))
            #expect(answer.text.contains("href=\"/approvals/\(id)/change\""))
            #expect(!answer.text.contains("Send it again") && !answer.text.contains("Input sha256"))
        }
    }

    @Test("Who may not approve changes nothing, and what is about money is not changed")
    func notTheirs() async throws {
        try await Served.run { server in
            let id = try await Self.seeded(server)
            let money = try await server.ask(Self.run, tool: "bureau.budget", text: "1")
            let hash = Hex.sha256(Array(try JSONValue.parse(Array(Self.wanted.utf8)).canonical.utf8))
            let confirmed = Self.form([("input", Self.wanted), ("input_sha256", hash)])
            for (name, role, status) in [("vera", Role.viewer, 403), ("ana", .consultant, 422)] {
                let browser = try await Browser.signedIn(server, name, role)
                #expect(try await browser.get("/approvals/\(id)/change").status == status, "\(name)")
                #expect(try await browser.post("/approvals/\(id)/change", confirmed).status == status, "\(name)")
                #expect(try await !browser.get("/approvals/\(id)/").text.contains("Change and approve"), "\(name)")
            }
            let otto = try await Browser.signedIn(server, "otto", .operator)
            #expect(try await otto.get("/approvals/\(money)/change").status == 422)
            #expect(try await otto.post("/approvals/\(money)/change", confirmed).status == 422)
            #expect(try await server.house.approvals.list().count == 2)
        }
    }

    @Test("A call that is too long for a form says how else it is changed")
    func tooLong() async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "waiting_approval").put(into: server)
            let text = String(repeating: "x", count: ChangedInput.bytesMax * 2)
            let id = try await server.ask(Self.run, text: text)
            let otto = try await Browser.signedIn(server, "otto", .operator)
            let page = try await otto.get("/approvals/\(id)/").text
            #expect(page.contains("(\(text.count) characters)"))
            #expect(!page.contains("Change and approve") && page.contains("bureau approvals change \(id)"))
            let answer = try await otto.get("/approvals/\(id)/change")
            #expect(answer.status == 422 && answer.text.contains("bureau approvals change \(id)"))
        }
    }

    @Test("A form that nobody touched gives back what the agent wrote, whatever its members are called")
    func untouched() throws {
        let odd =
            ##"{"a b":"\ttab","c_d":"x","e\nf":1,"":"none","g":"\nfirst","h":"a\r\nb","i":null,"j":1.50,"k":{"l":[]}}"##
        let form = try #require(ChangeForm(odd))
        let pairs = form.fields().map { ($0.name, $0.value) }
        let body = FormBody(Data(Self.form(pairs).utf8))
        guard case .changed(let value) = form.read(body) else { return #expect(Bool(false), "nothing is wrong") }
        #expect(value == (try JSONValue.parse(Array(odd.utf8))))
        #expect(ChangeForm("[1]") == nil)
    }
}
