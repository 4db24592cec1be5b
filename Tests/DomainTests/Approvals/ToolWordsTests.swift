import Testing

@testable import BureauDomain

@Suite("What a config says of a tool's calls")
struct ToolWordsTests {
    private static let call =
        #"{"to": "{name}", "posts": [{"title": "One"}, 2, 3], "account": {"name": "Main", "count": 7}, "amount": 5}"#

    private static let rendered: [(String, String)] = [
        ("Publishes {posts.count} posts to {account.name}", "Publishes 3 posts to Main"),
        ("Writes to {to}.", "Writes to {name}."), ("{account.count} of {amount}", "7 of 5"),
        ("To {recipient}", "To (recipient is missing)"), ("{amount.count}", "(amount.count is missing)"),
        ("{posts.count.more}", "(posts.count.more is missing)"), ("{posts}", #"[{"title":"One"},2,3]"#),
        ("No braces", "No braces"), ("{to}{amount}", "{name}5"),
    ]

    @Test("Members stand where they are named, as they are; one that is missing is told", arguments: rendered)
    func render(template: String, words: String) throws {
        #expect(try CallTemplate(template).render(try JSONValue.parse(Array(Self.call.utf8))) == words)
    }

    @Test("A long value is cut, and no call at all is no reason to stop")
    func bounds() throws {
        let long = JSONValue.object(JSONObject([("to", .string(String(repeating: "x", count: 500)))]))
        let words = try CallTemplate("{to}").render(long)
        #expect(words.count == CallTemplate.valueCharactersMax + 1 && words.hasSuffix("…"))
        #expect(try CallTemplate("{to}").render(.null) == "(to is missing)")
    }

    private static let wrong: [(String, String)] = [
        ("Publishes {posts", #"the { after "Publishes " is never closed"#),
        ("to} it", #"the } after "to" closes nothing"#),
        ("{}", "no placeholder {}"), ("{a.b.c.d.e}", "no placeholder {a.b.c.d.e}"), ("{a..b}", "no placeholder {a..b}"),
        ("{{to}}", "no placeholder {{to}"), ("{9}", "no placeholder {9}"),
    ]

    @Test("What is no placeholder is told, and where it stands", arguments: wrong)
    func problems(template: String, words: String) {
        let problem = #expect(throws: CallTemplate.Wrong.self) { _ = try CallTemplate(template) }
        #expect(problem?.message.hasPrefix(words) == true, "\(String(describing: problem))")
    }
}
