import Testing

@testable import BureauSandbox

/// Reading the client out of whatever text starts an agent.
@Suite struct ScenarioPayloadTests {
    static let texts: [(text: String, id: String?, cities: [String]?)] = [
        ("No payload at all.", nil, nil),
        ("{not json} then {\"client_id\": \"a\", \"service_area_cities\": [\"X\", \"Y\"]}", "a", ["X", "Y"]),
        ("{\"client_id\": \"b\", \"service_area_cities\": \"X, Y\\nZ;\"}", "b", ["X", "Y", "Z"]),
        ("{\"payload\": {\"client_id\": \"c\", \"business_address\": {\"formatted_address\": \"1 Way\"}}}", "c", nil),
        ("{\"client_id\": \"braces } in { text\", \"service_area_cities\": []}", "braces } in { text", nil),
        ("{\"client_id\": 42}", "42", nil),
        ("{\"other\": 1} {\"client_id\": \"second\"}", "second", nil),
        ("{{{{ {\"client_id\": \"deep\"}", "deep", nil),
    ]

    @Test("The first object that names a client is taken", arguments: texts)
    func found(text: String, id: String?, cities: [String]?) {
        let payload = ClientPayload(in: text)
        #expect(payload?.id == id)
        if let cities { #expect(payload?.cities == cities) }
    }

    @Test("The same client gives the same report, byte for byte")
    func deterministic() {
        let moment = Moment(microseconds: 1_790_000_000_123_456)
        let payload = ClientPayload(in: "{\"client_id\": \"a\", \"client_name\": \"A\"}") ?? ClientPayload()
        let reports = (0..<2).map { _ in AuditReport(client: payload, at: moment, round: 1, remark: "") }
        #expect(reports[0].json.bytes == reports[1].json.bytes)
        #expect(reports[0].markdown == reports[1].markdown)
        #expect(moment.text == "2026-09-21T14:13:20.123456Z")
        #expect(Moment("2026-09-21T14:13:20.123Z")?.microseconds == 1_790_000_000_123_000)
    }

    @Test("List prices add up to the worked example of the price page")
    func price() {
        var usage = Usage()
        usage.add(.init(input: 41_210, output: 18_544, cacheRead: 901_233, cacheWrite: 60_110))
        usage.searches = 9
        usage.activeMilliseconds = 208_900
        #expect(usage.cents == 60)
    }
}
