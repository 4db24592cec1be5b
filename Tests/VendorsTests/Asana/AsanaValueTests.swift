import Foundation
import Testing

@testable import BureauVendors

private func field(_ type: String, _ members: String) throws -> AsanaCustomField {
    let json = #"{"gid":"300","name":"F","resource_subtype":"\#(type)"\#(members)}"#
    return try JSONDecoder().decode(AsanaCustomField.self, from: Data(json.utf8))
}

private let options =
    #","enum_options":[{"gid":"301","name":"SEO report"},{"gid":"302","name":"Ads"},{"gid":"303","name":"Old","enabled":false}]"#
private let choice = options + #","enum_value":{"gid":"301","name":"SEO report"}"#
private let choices = options + #","multi_enum_values":[{"gid":"302","name":"Ads"},{"gid":"301","name":"SEO report"}]"#

@Suite("Asana field values")
struct AsanaValueTests {
    private static let writes: [(String, String, String?, JSONValue?)] = [
        ("text", "", "hello", .string("hello")), ("text", "", nil, .null), ("text", "", "  ", .null),
        ("number", "", "12.5", .number(12.5)), ("number", "", "12 apples", nil), ("number", "", "1e9", nil),
        ("enum", options, " seo  REPORT", .string("301")), ("enum", options, "Old", nil), ("enum", options, "x", nil),
        ("multi_enum", options, "Ads, SEO report", .array([.string("302"), .string("301")])),
        ("multi_enum", options, "Ads, x", nil),
        ("date", "", "2026-10-01", .object(["date": .string("2026-10-01")])), ("date", "", "soon", nil),
        ("people", "", "Ann", nil), ("brand_new", "", "x", nil), ("brand_new", "", nil, .null),
    ]

    @Test("Words become what the field's type takes, or nothing is written", arguments: writes)
    func input(type: String, members: String, words: String?, expected: JSONValue?) throws {
        #expect(try field(type, members).input(words) == expected)
    }

    private static let readings: [(String, String, String?, Bool)] = [
        ("text", #","text_value":"hello""#, "hello", true), ("text", #","text_value":"hello""#, "other", false),
        ("text", #","text_value":null"#, nil, true), ("text", #","text_value":"a""#, nil, false),
        ("number", #","number_value":3.10"#, "3.1", true), ("number", #","number_value":3"#, "4", false),
        ("enum", choice, "seo report", true), ("enum", options + #","enum_value":null"#, "SEO report", false),
        ("multi_enum", choices, "SEO report, Ads", true), ("multi_enum", choices, "Ads", false),
        ("date", #","date_value":{"date":"2026-10-01","date_time":null}"#, "2026-10-01", true),
        ("date", #","date_value":null"#, "2026-10-01", false),
    ]

    @Test("A field is known to say what was written, by value and not by its display", arguments: readings)
    func says(type: String, members: String, words: String?, expected: Bool) throws {
        #expect(try field(type, members + #","display_value":"shown""#).says(words) == expected)
    }

    @Test("A task with odd parts is still read, its times to the millisecond")
    func task() throws {
        let json =
            #"{"gid":"500","name":"SEO","assignee":null,"completed":false,"created_at":"2026-05-22T09:15:30.122Z","modified_at":"2026-05-22T09:15:30.123Z","due_on":"2026-06-01","memberships":[{"project":{"gid":"100","name":"P"},"section":{"gid":"103","name":"Ready"}},"odd"],"custom_fields":[{"gid":"300","name":"Skill ","resource_subtype":"text","text_value":"x"}],"tags":[{"gid":"1","name":"client"}]}"#
        let task = try JSONDecoder().decode(AsanaTask.self, from: Data(json.utf8))
        #expect(task.assignee == nil && task.modifiedAt == 1_779_441_330_123 && task.dueOn == "2026-06-01")
        #expect(task.createdAt == 1_779_441_330_122)
        #expect(task.memberships.map(\.section?.name) == ["Ready"] && task.tags.map(\.name) == ["client"])
        #expect(task.field("skill")?.gid == "300" && task.field("300")?.writtenText == "x" && task.field("x") == nil)
        #expect(AsanaTime.text(1_779_441_330_123) == "2026-05-22T09:15:30.123Z")
    }
}

@Suite("Asana rich text")
struct AsanaRichTextTests {
    private static let rows: [([AsanaRichText.Part], String)] = [
        ([.text("a & b < c > \"d\"\r\n\u{0}\u{8}e")], "a &amp; b &lt; c &gt; &quot;d&quot;\ne"),
        ([.strong("</strong>")], "<strong>&lt;/strong&gt;</strong>"), ([.code("x")], "<code>x</code>"),
        ([.link("r", url: "https://x/?a=1&b=\"2")], "<a href=\"https://x/?a=1&amp;b=&quot;2\">r</a>"),
        ([.link("r", url: "javascript:alert(1)")], "r"),
        (
            [.link("r", url: "https://app.asana.com/0/1")],
            "<a href=\"https://app.asana.com/0/1\" data-asana-dynamic=\"false\">r</a>"
        ),
        ([.mention(gid: "11")], "<a data-asana-gid=\"11\"/>"), ([.mention(gid: "1\"/><x")], ""),
        (
            [.text("t"), .bullet([.text("a")]), .bullet([.strong("b")]), .text("u")],
            "t<ul><li>a</li><li><strong>b</strong></li></ul>u"
        ),
        ([.bullet([.text("a")])], "<ul><li>a</li></ul>"),
    ]

    @Test("Whatever people wrote becomes one body that Asana takes", arguments: rows)
    func html(parts: [AsanaRichText.Part], expected: String) {
        #expect(AsanaRichText(parts).html == "<body>\(expected)</body>")
    }

    @Test(
        "A long comment is cut inside its limit, well formed, and keeps its tail", arguments: ["x", "&", "🦊", "\u{1}"],
        [false, true])
    func long(letter: String, isList: Bool) throws {
        let text = AsanaRichText.Part.text(String(repeating: letter, count: 30_000))
        let items = (0..<3_000).map { AsanaRichText.Part.bullet([.text("\($0)\(letter)")]) }
        let html = AsanaRichText(isList ? items + [text] : [text], tail: [.text("\n"), .code("ref 1")]).html
        #expect(html.count <= AsanaRichText.charactersMax && html.hasSuffix("<code>ref 1</code></body>"))
        #expect(html.components(separatedBy: "<li>").count == html.components(separatedBy: "</li>").count)
        #expect(html.components(separatedBy: "<ul>").count == html.components(separatedBy: "</ul>").count)
        let entities = html.matches(of: /&(?!amp;|lt;|gt;|quot;)/)
        #expect(entities.isEmpty)
    }
}
