import BureauDomain
import Testing

@Suite("The price table")
struct PriceTableTests {
    @Test("The table in the binary is the file, to the byte")
    func shipped() throws {
        #expect(try RepositoryFile.text("config/prices.json") == PriceTable.shippedJSON)
        let file = PriceTable.load(try RepositoryFile.bytes("config/prices.json"), fileName: "p")
        #expect(file.problems.isEmpty)
        #expect(PriceTable.shipped != nil)
        #expect(PriceTable.shipped == file.table)
    }

    @Test("It knows its day, its source and every model")
    func contents() throws {
        let table = try #require(PriceTable.shipped)
        #expect(table.dated == "2026-11-09")
        #expect(!table.source.isEmpty)
        #expect(table.tiers.count == 15)
        #expect(table.tiers["claude-haiku-5-5"]?.map(\.promptTokensMax) == [100_000, nil])
        for rates in table.tiers.values.flatMap({ $0 }).map(\.rates) {
            // The list's own pattern: writes cost 1.25 and 2 times the input, output five times.
            #expect(rates.cacheWrite5m * 4 == rates.input * 5)
            #expect(rates.cacheWrite1h == rates.input * 2)
            #expect(rates.output == rates.input * 5)
            #expect(rates.cacheRead < rates.input)
        }
    }

    private static let rates = #"{"input":1,"output":2,"cache_read":1,"cache_write_5m":1,"cache_write_1h":1}"#
    private static let refused: [(String, String)] = [
        ("{}", "usd_per_million_tokens.m: required, but missing"),
        ("7", "usd_per_million_tokens.m: expected an object in braces"),
        (#"{"input":1,"output":2}"#, "usd_per_million_tokens.m.cache_read: required, but missing"),
        (
            #"{"input":"1","output":2,"cache_read":1,"cache_write_5m":1,"cache_write_1h":1}"#,
            "m.input: expected a number"
        ),
        (
            #"{"input":-1,"output":2,"cache_read":1,"cache_write_5m":1,"cache_write_1h":1}"#,
            "m.input: expected a number from 0"
        ),
        (#"{"inputs":1}"#, #"m.inputs: unknown key; did you mean "input"?"#),
        (#"{"tiers":[]}"#, "m.tiers: expected a list of tiers"),
        ("{\"tiers\":[\(rates),\(rates)]}", "m.tiers[0].prompt_tokens_max: required, but missing"),
    ]

    @Test("A table that cannot be trusted is refused with the reason", arguments: refused)
    func refusal(model: String, says: String) {
        let text =
            #"{"dated":"2026-01-01","source":"s","session_hour_usd":0,"web_search_usd":0,"#
            + "\"usd_per_million_tokens\":{\(model == "{}" ? "" : "\"m\":\(model)")}}"
        let result = PriceTable.load(Array(text.utf8), fileName: "p.json")
        #expect(result.table == nil)
        let wanted = model == "{}" ? "expected at least one model" : says
        #expect(result.problems.contains { $0.description.contains(wanted) }, "\(result.problems.map(\.description))")
    }
}
