import BureauDomain
import Foundation
import Testing

@Suite("JSON written with stable bytes")
struct JSONWriterTests {
    private static let sample = #"{"b":[1,{},[],"x\ny"],"a":{"é":5.00,"Z":null},"c":true}"#

    @Test("Compact keeps the order and the spelling of numbers")
    func compact() throws {
        #expect(try JSONValue.parse(Array(Self.sample.utf8)).compact == Self.sample)
    }

    @Test("Canonical sorts members and normalises numbers")
    func canonical() throws {
        let value = try JSONValue.parse(Array(Self.sample.utf8))
        #expect(value.canonical == #"{"a":{"Z":null,"é":5},"b":[1,{},[],"x\ny"],"c":true}"#)
        #expect(value.sorted == #"{"a":{"Z":null,"é":5.00},"b":[1,{},[],"x\ny"],"c":true}"#)
    }

    @Test("Pretty indents by two spaces and keeps empty lists on one line")
    func pretty() {
        let value: JSONValue = ["name": "x", "list": [1, 2], "none": [], "inner": ["a": .null]]
        #expect(
            value.pretty == """
                {
                  "name": "x",
                  "list": [
                    1,
                    2
                  ],
                  "none": [],
                  "inner": {
                    "a": null
                  }
                }
                """)
    }

    private static let numbers: [(String, String)] = [
        ("5.00", "5"), ("-0", "0"), ("0.0e9", "0"), ("1e2", "100"), ("1.50", "1.5"), ("0.00010", "0.0001"),
        ("-12.340e1", "-123.4"), ("1E+3", "1000"), ("1e100", "1e100"), ("12e-60", "12e-60"),
        ("12345678901234567890", "12345678901234567890"), ("100e-2", "1"), ("7.0", "7"),
    ]

    @Test("A number has one canonical spelling", arguments: numbers)
    func number(written: String, canonical: String) throws {
        let value = try JSONValue.parse(Array(written.utf8))
        #expect(value.canonical == canonical)
        #expect(value.compact == written)
        #expect(try JSONValue.parse(Array(canonical.utf8)) == value)
        #expect(value.number?.double == Double(written))
    }

    @Test("A whole number is read as one however it is spelt, and money keeps its digits")
    func conversions() throws {
        #expect(JSONValue.reading("7.0")?.int == 7)
        #expect(JSONValue.reading("7.5")?.int == nil)
        #expect(JSONValue.reading("1e400")?.number?.double == nil)
        #expect(JSONValue.reading("0.1")?.decimal == Decimal(1) / 10)
        #expect(JSONValue.reading("9223372036854775808")?.int == nil)
        #expect(JSONNumber(2.5)?.text == "2.5")
        #expect(JSONNumber(3.0)?.text == "3")
        #expect(JSONNumber(Double.nan) == nil)
    }

    @Test("An object keeps its order through replacing and removing")
    func object() {
        var object = JSONObject([("a", 1), ("b", 2), ("c", 3)])
        object["b"] = 9
        object["a"] = nil
        object["d"] = 4
        #expect(JSONValue.object(object).compact == #"{"b":9,"c":3,"d":4}"#)
        #expect(object["c"] == 3)
    }
}

extension JSONValue {
    fileprivate static func reading(_ text: String) -> JSONValue? { try? parse(Array(text.utf8)) }
}
