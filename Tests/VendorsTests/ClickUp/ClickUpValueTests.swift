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
    @Test("Every type of field becomes text, and nothing becomes missing by surprise", arguments: rows.indices)
    func text(row: Int) throws {
        #expect(try field(rows[row].0, rows[row].1, config: rows[row].2).text == rows[row].3, "\(rows[row])")
    }

    @Test("Fields are found by id first, then by name without regard to case or spaces")
    func lookup() throws {
        let json =
            #"{"id":"t","list":{"id":901},"status":{"status":"to do"},"custom_fields":[{"id":"a","name":"B","type":"text","value":"1"},{"id":"B","name":"x","type":"text","value":"2"},{"id":"c","name":" Target  URL ","type":"url","value":"https://x"},"odd"],"attachments":[{"id":"at","title":"r.md","size":"12","url":"u","date":"1"}],"date_updated":"1776585600123"}"#
        let task = try JSONDecoder().decode(ClickUpTask.self, from: Data(json.utf8))
        #expect(task.text(of: "B") == "2" && task.text(of: "target url") == "https://x" && task.text(of: "none") == nil)
        #expect(task.listID == "901" && task.dateUpdated == 1_776_585_600_123 && task.status == "to do")
        #expect(task.attachments == [ClickUpAttachment(id: "at", title: "r.md", sizeBytes: 12, url: "u", date: 1)])
    }
}
