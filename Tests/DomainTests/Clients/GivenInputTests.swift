import Testing

@testable import BureauDomain

@Suite("What a run is given by hand")
struct GivenInputTests {
    private static let texts: [(String, keys: [String]?, says: String)] = [
        ("", nil, ""), (" \n", nil, ""), (#"{"a": 1, "_note": "left out"}"#, ["a"], ""),
        ("{\n  // why\n  \"a\": []\n}", ["a"], ""), ("[1]", nil, "Line 1, column 1"),
        ("{\n  \"a\" 1\n}", nil, "Line 2"),
        (#"{"a": ""# + String(repeating: "x", count: GivenInput.payloadBytesMax) + #""}"#, nil, "16 KiB"),
        (#"{"a": 1}"# + String(repeating: "\r\n", count: GivenInput.payloadBytesMax - 8), ["a"], ""),
    ]

    @Test("It is one JSON object of bounded size, and what is wrong is said with its place", arguments: texts)
    func read(text: String, keys: [String]?, says: String) {
        do {
            let found = try GivenInput.read(text)
            #expect(says.isEmpty && found?.keys == keys)
        } catch {
            #expect(!says.isEmpty && "\(error)".contains(says), "\(error)")
        }
    }

    private static let clients: [(JSONValue?, String?, Bool)] = [
        (nil, "acme", true), (.string("acme"), "acme", true), (.string("other"), "acme", false),
        (.string("acme"), nil, true), (.string("../etc"), nil, false), (1, nil, false), (.string(""), nil, false),
    ]

    @Test("No input speaks of another client than its run's", arguments: clients)
    func client(named: JSONValue?, run: String?, fits: Bool) {
        var written = JSONObject([("a", 1)])
        written["client_id"] = named
        #expect(((try? GivenInput.check(written, client: run)) != nil) == fits)
    }

    @Test("What is written stands over the client's record, and notes beside both")
    func composed() {
        let record = JSONObject([("client_id", "acme"), ("phone", "1")])
        let payload = GivenInput.payload(
            of: record, JSONObject([("phone", "2"), ("city", "Rome")]), notes: "Be brief.")
        #expect(payload?.keys == ["client_id", "phone", "city", GivenInput.notesField])
        #expect(payload?["phone"] == "2")
        #expect(GivenInput.payload(of: nil, nil, notes: "") == nil)
    }
}
