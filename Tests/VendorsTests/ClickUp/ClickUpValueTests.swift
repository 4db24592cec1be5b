import Foundation
import Testing

@testable import BureauVendors

private func field(_ type: String, _ value: String?, config: String = "{}") throws -> ClickUpCustomField {
    let json =
        #"{"id":"f","name":"F","type":"\#(type)","type_config":\#(config)\#(value.map { ",\"value\":\($0)" } ?? "")}"#
    return try JSONDecoder().decode(ClickUpCustomField.self, from: Data(json.utf8))
}

private let dropDown =
    #"{"options":[{"id":"u1","name":"Gold","orderindex":0},{"id":"u2","name":"Silver","orderindex":"1"},{"id":"7","name":"Seven","orderindex":2}]}"#
private let labels = #"{"options":[{"id":"u1","label":"SEO"},{"id":"u2","label":"Ads"}]}"#

private let rows: [(String, String?, String, String?)] = [
    ("short_text", "\" hello \"", "{}", "hello"), ("text", "42", "{}", "42"),
    ("url", "\"https://x\"", "{}", "https://x"),
    ("email", "\"a@b\"", "{}", "a@b"), ("phone", "\"+1\"", "{}", "+1"), ("short_text", "\" \\n\"", "{}", nil),
    ("text", "null", "{}", nil), ("text", nil, "{}", nil),
    ("number", "3.10", "{}", "3.1"), ("number", "\"3.10\"", "{}", "3.1"), ("number", "0", "{}", "0"),
    ("number", "12345678901234567", "{}", "12345678901234567"),
    ("currency", "1500", #"{"currency_type":"USD"}"#, "1500 USD"), ("currency", "\"1500.5\"", "{}", "1500.5"),
    ("date", "\"1776571200000\"", "{}", "2026-04-19"), ("date", "1776585600000", "{}", "2026-04-19"),
    ("date", "1776587460000", "{}", "2026-04-19T08:31:00Z"),
    ("checkbox", "true", "{}", "true"), ("checkbox", "\"true\"", "{}", "true"), ("checkbox", "false", "{}", "false"),
    ("checkbox", "null", "{}", nil),
    ("drop_down", "0", dropDown, "Gold"), ("drop_down", "1", dropDown, "Silver"),
    ("drop_down", "\"1\"", dropDown, "Silver"), ("drop_down", "\"u2\"", dropDown, "Silver"),
    ("drop_down", "9", dropDown, "9"), ("drop_down", nil, dropDown, nil),
    ("labels", #"["u2","u1","gone"]"#, labels, "Ads, SEO, gone"), ("labels", "[]", labels, nil),
    (
        "users", #"[{"id":1,"username":"Jake","email":"j@x"},{"id":"2","username":"Zoë"},{"id":3}]"#, "{}",
        "Jake <j@x>, Zoë, 3"
    ), ("users", "[]", "{}", nil),
    ("tasks", #"[{"id":"86c1","name":"Audit"},{"id":"86c2"}]"#, "{}", "Audit, 86c2"),
    ("list_relationship", #"[{"id":"1","name":"R"}]"#, "{}", "R"),
    (
        "location", #"{"location":{"lat":42.5,"lng":-71},"place_id":"p","formatted_address":"1 Main St"}"#, "{}",
        "1 Main St"
    ), ("location", #"{"location":{"lat":42.5,"lng":"-71"}}"#, "{}", "42.5, -71.0"),
    ("emoji", "4", "{}", "4"), ("manual_progress", #"{"current":"30","percent_completed":0.3}"#, "{}", "30"),
    ("automatic_progress", #"{"current":2}"#, "{}", "2"),
    ("votes", #"{"b":1,"a":[true]}"#, "{}", #"{"a":[true],"b":1}"#), ("brand_new", "\"x\"", "{}", "x"),
    ("brand_new", "{}", "{}", nil),
    ("number", "\"twelve\"", "{}", "twelve"), ("date", "{\"odd\":1}", "{}", #"{"odd":1}"#),
    ("labels", "\"odd\"", labels, "odd"),
]

@Suite("ClickUp field values")
struct ClickUpValueTests {
    @Test(
        "A day without a time is the day where people are",
        arguments: [
            ("1776578400000", 10, "2026-04-19"), ("1776571200000", 0, "2026-04-19"),
            ("1776585600000", -4, "2026-04-19"),
            ("1776535200000", 10, "2026-04-19"),
        ])
    func day(value: String, hoursEast: Int, expected: String) throws {
        #expect(try field("date", value, config: "{}").text { _ in hoursEast * 3_600 } == expected)
    }

    @Test("Every type of field becomes text, and nothing becomes missing by surprise", arguments: rows.indices)
    func text(row: Int) throws {
        #expect(try field(rows[row].0, rows[row].1, config: rows[row].2).text == rows[row].3, "\(rows[row])")
    }

    static let writes: [(String, String, config: String, String?)] = [
        ("date", "2026-05-22", "{}", "1779451200000"), ("date", "2026-05-22T08:31:00Z", "{}", "1779438660000"),
        ("date", "soon", "{}", nil), ("labels", "SEO", labels, #"["u1"]"#),
        ("labels", "ads, SEO", labels, #"["u2","u1"]"#),
        ("labels", "SEO, gone", labels, nil), ("labels", "", labels, nil), ("drop_down", "silver", dropDown, #""u2""#),
        ("drop_down", "Bronze", dropDown, nil), ("checkbox", "Yes", "{}", nil), ("checkbox", "TRUE", "{}", "true"),
    ]

    @Test("Words become what the API takes, or are refused", arguments: writes)
    func input(type: String, words: String, config: String, expected: String?) throws {
        let input = try field(type, nil, config: config).input(words)
        #expect(try input.map { String(decoding: try RequestJSON.encoder.encode($0), as: UTF8.self) } == expected)
    }

    static let said: [(String, String, config: String, String, Bool)] = [
        ("labels", #"["u2","u1"]"#, labels, "SEO, Ads", true), ("labels", #"["u2"]"#, labels, "SEO, Ads", false),
        ("date", "\"1779451200000\"", "{}", "2026-05-22", true), ("date", "1779422400000", "{}", "2026-05-22", true),
        ("drop_down", "1", dropDown, " silver", true), ("drop_down", "0", dropDown, "silver", false),
        ("date", "1779422400000", "{}", "2026-05-23", false), ("short_text", "\"a\"", "{}", "a", true),
    ]

    @Test("A field knows whether it says something already, in whatever order or form", arguments: said)
    func says(type: String, value: String, config: String, words: String, expected: Bool) throws {
        #expect(try field(type, value, config: config).says(words) == expected)
    }

    @Test("Fields are found by id first, then by name without regard to case or spaces")
    func lookup() throws {
        let json =
            #"{"id":"t","list":{"id":901},"status":{"status":"to do"},"custom_fields":[{"id":"a","name":"B","type":"text","value":"1"},{"id":"B","name":"x","type":"text","value":"2"},{"id":"c","name":" Target  URL ","type":"url","value":"https://x"},"odd"],"attachments":[{"id":"at","title":"r.md","size":"12","url":"u","date":"1"}],"date_updated":"1776585600123","creator":{"id":-1,"username":"ClickBot"}}"#
        let task = try JSONDecoder().decode(ClickUpTask.self, from: Data(json.utf8))
        #expect(task.text(of: "B") == "2" && task.text(of: "target url") == "https://x" && task.text(of: "none") == nil)
        #expect(task.listID == "901" && task.dateUpdated == 1_776_585_600_123 && task.status == "to do")
        #expect(task.creatorID == -1)
        #expect(task.attachments == [ClickUpAttachment(id: "at", title: "r.md", sizeBytes: 12, url: "u", date: 1)])
    }
}
