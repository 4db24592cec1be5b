import BureauDomain
import Testing

@Suite("Putting a payload together")
struct PayloadAssemblyTests {
    private static let nothing: [JSONValue?] = [
        nil, .some(.null), "", "  \n\t ", [], ["", "  "], [.null], [:], "\u{A0}",
    ]

    @Test("What only looks like a value is missing", arguments: nothing)
    func missing(value: JSONValue?) {
        let source: [String: JSONValue] = ["client_id": "acme"]
        let assembly = PayloadAssembly.assemble(required: ["website_url", "client_id", "competitors"], optional: []) {
            $0 == "client_id" ? source[$0] : value
        }
        #expect(assembly == .missing(["website_url", "competitors"]))
    }

    @Test("The payload has the config's order, and optional fields only when they are there")
    func order() {
        let source: [String: JSONValue] = ["b": " two ", "a": 1, "d": false, "e": "", "z": "not asked for"]
        let assembly = PayloadAssembly.assemble(required: ["b", "a"], optional: ["c", "d", "e"]) { source[$0] }
        #expect(assembly == .complete(JSONObject([("b", "two"), ("a", 1), ("d", false)])))
    }

    private static let lists: [(JSONValue, [String])] = [
        ("Columbus", ["Columbus"]),
        ("Columbus, Dublin ,, Hilliard,", ["Columbus", "Dublin", "Hilliard"]),
        ("Columbus, OH\nDublin, OH\r\n\n Hilliard, OH ", ["Columbus, OH", "Dublin, OH", "Hilliard, OH"]),
        ("- Columbus\n* Dublin\n• Hilliard", ["Columbus", "Dublin", "Hilliard"]),
        ("1. Columbus\n2) Dublin", ["Columbus", "Dublin"]),
        ("24 hour locksmith, -20% offers", ["24 hour locksmith", "-20% offers"]),
        ("3D printing\n2nd hand", ["3D printing", "2nd hand"]),
        (["Columbus, OH", " ", "Dublin"], ["Columbus, OH", "Dublin"]),
    ]

    @Test("A list field takes a list, lines or commas", arguments: lists)
    func list(value: JSONValue, entries: [String]) {
        let assembly = PayloadAssembly.assemble(required: ["service_area_cities"], optional: []) { _ in value }
        #expect(assembly == .complete(JSONObject([("service_area_cities", .array(entries.map(JSONValue.string)))])))
    }

    @Test("Commas in other fields stay")
    func text() {
        let assembly = PayloadAssembly.assemble(required: ["business_address"], optional: []) { _ in "1 A St, Columbus"
        }
        #expect(assembly == .complete(JSONObject([("business_address", "1 A St, Columbus")])))
    }

    @Test("A payload file is an object; its notes are left out")
    func file() {
        let read = PayloadFile.read(
            Array("{\"_about\": \"a note\", /* c */ \"client_id\": \"acme\"}".utf8), fileName: "p.json")
        #expect(read.object == JSONObject([("client_id", "acme")]))
        #expect(read.problems.isEmpty)
        #expect(PayloadFile.read(Array("[]".utf8), fileName: "p.json").object == nil)
        let broken = PayloadFile.read(Array("{\n\"a\" 1}".utf8), fileName: "p.json")
        #expect(
            broken.problems.map(\.description) == ["p.json:2:5 expected a colon after the key, found \"1\""])
    }
}
