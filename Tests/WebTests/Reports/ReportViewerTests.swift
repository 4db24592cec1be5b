import BureauDomain
import Foundation
import Testing

@testable import BureauWeb

private let evil = "<script>parent.document.title='owned'</script><meta http-equiv=refresh content='0;url=/logout'>"

@Suite("Files of strangers")
struct ReportViewerTests {
    /// Name, what the session called it, content, what it is answered as, whether its markup may stand in the answer.
    private static let files: [(String, String, String, String, Bool)] = [
        ("a.html", "text/plain", evil, "text/html; charset=utf-8", true),
        ("a.HTM", "application/x-evil\r\nX-Evil: yes", evil, "text/html; charset=utf-8", true),
        ("a.svg", "text/html", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml", true),
        ("a.md", "text/html", "# Hi\n\n\(evil)\n\n[x](javascript:alert(1))\n", "text/html; charset=utf-8", false),
        ("a.csv", "text/html", "a,b\n\"\(evil)\",=cmd()\n", "text/html; charset=utf-8", false),
        ("a.json", "text/html", "{\"k\": \"\(evil)\"}", "text/html; charset=utf-8", false),
        ("b.json", "text/html", "{ not json \(evil)", "text/html; charset=utf-8", false),
        ("a.txt", "text/html", evil, "text/html; charset=utf-8", false),
        ("a.pdf", "text/html", evil, "application/pdf", true),
        ("a.png", "text/html", evil, "image/png", true),
    ]

    @Test("Whatever a file holds, its answer is sandboxed, never sniffed, and sets no cookie", arguments: files)
    func content(name: String, mime: String, content: String, type: String, keepsMarkup: Bool) async throws {
        try await Served.run { server in
            let seed = ReportSeed(files: [(name, mime, content)])
            try await seed.put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let answer = try await browser.get(ReportViewer.address(seed.id, name, "content"))
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == type)
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["set-cookie"] == nil && answer.headers["x-evil"] == nil)
            #expect(answer.headers["cache-control"] == "private, no-store")
            let policy = answer.headers["content-security-policy"] ?? ""
            #expect(policy.contains("default-src 'none'") && policy.contains("form-action 'none'"))
            #expect(!policy.contains("allow-") && !policy.contains("script-src"))
            // A PDF is no markup, and its viewer does not start in a sandbox.
            #expect(policy.hasPrefix("sandbox;") == (type != "application/pdf"))
            #expect(answer.text.contains("<script") == (keepsMarkup && content.contains("<script")))
            #expect(!answer.text.contains("href="))
            let page = try await browser.get(ReportViewer.address(seed.id, name)).text
            #expect(page.contains("sandbox=\"\"") == (type != "application/pdf"))
            #expect(!page.contains("owned"), "the page itself holds nothing of the file")
        }
    }

    @Test("A kind that is not known is a download, and says so")
    func unknown() async throws {
        try await Served.run { server in
            let seed = ReportSeed(files: [("run.exe", "text/html", evil)])
            try await seed.put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let page = try await browser.get(ReportViewer.address(seed.id, "run.exe")).text
            #expect(!page.contains("<iframe") && page.contains("Download"))
            for way in ["content", "download"] {
                let answer = try await browser.get(ReportViewer.address(seed.id, "run.exe", way))
                #expect(answer.headers["content-disposition"]?.hasPrefix("attachment") == true, "\(way)")
            }
        }
    }

    private static let texts: [(String, [String])] = [
        ("# One\n## Two\n#### Four", ["<h1>One</h1>", "<h2>Two</h2>", "<h3>Four</h3>"]),
        ("a **b** `c<d>`", ["<p>a <strong>b</strong> <code>c&lt;d&gt;</code></p>"]),
        ("- one\n- two\n  more", ["<ul><li>one</li><li>two more</li></ul>"]),
        ("1. one\n2. two", ["<ol><li>one</li><li>two</li></ol>"]),
        ("| a | b |\n|---|---|\n| 1 | <i> |", ["<th scope=\"col\">a</th>", "<td>1</td><td>&lt;i&gt;</td>"]),
        ("```\n# no\n<b>\n```", ["<pre># no\n&lt;b&gt;</pre>"]),
        ("> said", ["<blockquote><p>said</p></blockquote>"]),
        ("[Site](https://a.example)", ["<p>Site (https://a.example)</p>"]),
        ("one\ntwo\n\nthree", ["<p>one two</p>", "<p>three</p>"]), ("**open", ["open"]),
        ("| no table", ["<p>| no table</p>"]), ("#nohead", ["<p>#nohead</p>"]),
    ]

    @Test("Markdown becomes what it means, and nothing of it markup", arguments: texts)
    func markdown(text: String, pieces: [String]) {
        let html = ReportSheet.markdown(text, title: "t").html
        for piece in pieces { #expect(html.contains(piece), "\(piece) in \(html.suffix(300))") }
    }

    @Test(
        "Any text ends, whatever it holds",
        arguments: ["", "\n\n", "|", "|\n|-|", "```", "-", "1.", "> ", "[a](", "``", "\u{0}"])
    func odd(text: String) { #expect(ReportSheet.markdown(text, title: "t").html.hasSuffix("</html>")) }

    private static let tables: [(String, [[String]])] = [
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]), ("\"a,\"\"b\",c\r\nd,e", [["a,\"b", "c"], ["d", "e"]]),
        ("\"two\nlines\",x", [["two\nlines", "x"]]), ("a\n\nb\n", [["a"], ["b"]]), ("\"open", [["open"]]), ("", []),
    ]

    @Test("Comma separated values are read as RFC 4180 has them", arguments: tables)
    func csv(text: String, rows: [[String]]) {
        #expect(CSVReader.rows(text, separator: ",", rowsMax: 10) == rows)
    }

    @Test("A long table stops at 200 rows and says so")
    func long() {
        let text = "n\n" + (1...500).map { "row\($0)" }.joined(separator: "\n")
        let html = ReportSheet.table(text, separator: ",", title: "t").html
        #expect(html.contains("row200<") && !html.contains("row201<") && html.contains("The first 200 rows"))
    }
}
