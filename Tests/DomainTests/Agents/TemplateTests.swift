import BureauDomain
import Foundation
import Testing

@Suite("Templates")
struct TemplateTests {
    private static let values = ["client_id": "acme", "name": "{client_id}", "empty": ""]
    private static let rendered: [(String, String)] = [
        ("", ""), ("plain", "plain"), ("{client_id}", "acme"), ("a{client_id}b{client_id}c", "aacmebacmec"),
        ("{empty}{client_id}", "acme"),
        ("{name}", "{client_id}"),
        ("{\"id\": \"{client_id}\"}", "{\"id\": \"acme\"}"),
        ("{ client_id }", "{ client_id }"), ("{Client_Id}", "{Client_Id}"), ("{1}", "{1}"), ("{}", "{}"),
        ("{{client_id}}", "{{client_id}}"), ("{{{client_id}}}", "{{acme}}"),
        ("{{\"a\":1},{client_id}}", "{{\"a\":1},acme}"),
        ("🛰 {client_id} é", "🛰 acme é"),
    ]

    @Test("Only a known name in single braces is replaced, and a value is never read again", arguments: rendered)
    func render(text: String, result: String) throws {
        let template = try Template(text, allowed: ["client_id", "name", "empty"])
        #expect(template.render(Self.values) == result)
        #expect(template.source == text)
    }

    @Test("A name without a value becomes an empty text")
    func missing() throws {
        #expect(try Template("[{name}]", allowed: ["name"]).render([:]) == "[]")
    }

    private static let refused: [(String, [String])] = [
        ("{nme}", ["unknown placeholder {nme}; allowed are {client_id}, {name}"]),
        (
            "{a} {b} {a}",
            [
                "unknown placeholder {a}; allowed are {client_id}, {name}",
                "unknown placeholder {b}; allowed are {client_id}, {name}",
            ]
        ),
        ("to {client_id", ["the { after \"to \" is never closed"]),
        ("to client_id}", ["the } after \"to client_id\" closes nothing"]),
        ("}{", ["the } after \"\" closes nothing", "the { after \"}\" is never closed"]),
    ]

    @Test("Unknown names and lone braces are all told at once", arguments: refused)
    func refusal(text: String, messages: [String]) {
        let error = #expect(throws: TemplateError.self) { try Template(text, allowed: ["client_id", "name"]) }
        #expect(error?.messages == messages)
    }

    @Test("Whatever values hold, they stand in the result as they are", arguments: 0..<20)
    func property(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let pieces = ["{a}", "{b}", "{{", "}}", "{\"x\":", "1}", "text", " ", "é", "{A}", "{a", "}", "{"]
        for _ in 0..<200 {
            let text = (0..<8).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let template = try? Template(text, allowed: ["a", "b"]) else { continue }
            #expect(template.render(["a": "{a}", "b": "{b}"]) == text)
            let hostile = ["{b}", "}}{{", "{{a}}", "\u{0}{"].randomElement(using: &random) ?? ""
            let once = template.render(["a": hostile, "b": "B"])
            #expect(once.components(separatedBy: hostile).count > template.placeholders.count { $0 == "a" })
        }
    }

    private static let folders: [(String, String, [String])] = [
        ("/Clients/{client_name}/Audits/", "Shamrock Detailing", ["Clients", "Shamrock Detailing", "Audits"]),
        ("/Clients/{client_name}", "A/B\\C: D", ["Clients", "A-B-C- D"]),
        ("/Clients/{client_name}", "../../etc", ["Clients", "-..-etc"]),
        ("/Clients/{client_name}", "..", ["Clients", "untitled"]),
        ("/{client_name}", " .hidden. ", ["hidden"]),
        ("//a///{client_name}", "a\u{0}b\nc\u{202E}d", ["a", "abcd"]),
        ("{client_name}", String(repeating: "é", count: 200), [String(repeating: "é", count: 120)]),
        ("{client_name}", String(repeating: "🛰", count: 200), [String(repeating: "🛰", count: 60)]),
        ("./x", "", ["x"]),
    ]

    @Test("A value makes exactly one safe level of a folder path", arguments: folders)
    func folder(text: String, value: String, levels: [String]) throws {
        let template = try FolderTemplate(text, allowed: ["client_name"])
        #expect(template.render(["client_name": value]) == levels)
        #expect(template.isAbsolute == text.hasPrefix("/"))
    }

    @Test("A run's values cover its own names, every field and the whole payload")
    func kickoff() throws {
        let payload = JSONObject([
            ("client_id", "acme"), ("client_name", "Acme"), ("service_area_cities", ["Columbus, OH", "Dublin"]),
            ("founded", 1999),
        ])
        let instant = Date(timeIntervalSince1970: 1_795_253_400.9)
        let values = KickoffValues.make(payload: payload, agentName: "sentinel", runID: "run_1", at: instant)
        #expect(values["timestamp"] == "20261121T093000Z")
        #expect(values["date"] == "2026-11-21")
        #expect(values["agent_name"] == "sentinel")
        #expect(values["run_id"] == "run_1")
        #expect(values["client_name"] == "Acme")
        #expect(values["service_area_cities"] == "Columbus, OH, Dublin")
        #expect(values["founded"] == "1999")
        #expect(values["payload_json"] == JSONValue.object(payload).pretty)
        #expect(values["payload_json"]?.hasPrefix("{\n  \"client_id\": \"acme\",\n") == true)
    }
}
