import BureauSandbox
import Testing

@testable import BureauSandbox

private typealias Demo = AsanaDemo

private let refusedMarkup = [
    "", "plain", "<body>", "<body>a</body>b", "<body>a</strong></body>", "<body><strong>a</body></strong>",
    "<body>a & b</body>", "<body>a < b</body>", "<body>&nbsp;</body>", "<body><br/></body>", "<body><p>a</p></body>",
    "<body><h1>a</h1></body>", "<body><strong class=\"x\">a</strong></body>", "<body><a href=x>a</a></body>",
    "<body><a href=\"javascript:alert(1)\">a</a></body>", "<body><a>a</a></body>",
    "<body><ul>a<li>b</li></ul><li>c</li></body>",
    "<body><li>a</li></body>", "<body><ul><strong>a</strong></ul></body>", "<body><script>a</script></body>",
    "<!DOCTYPE body><body>a</body>", "<body><!-- a --></body>", "<body>\u{1}</body>", "<body>&#0;</body>",
    "<body><body>a</body></body>", "<BODY>a</BODY>", "<body></body>",
    String(repeating: "<body>", count: 40),
]

@Test("Rich text that is not the strict subset is refused", arguments: refusedMarkup)
private func badMarkup(html: String) async throws {
    try await ServiceHost.run { host in
        let reply = try await host.asana("POST", "/tasks/\(Demo.task)/stories", ["html_text": .string(html)])
        #expect(reply.status == 400)
        #expect(try await host.asanaTask(Demo.task)["comments"]?.array?.isEmpty == true)
    }
}

private let markup: [(html: String, text: String)] = [
    ("<body>a</body>", "a"), ("<body>a &amp; &lt;b&gt; &quot;c&quot; &#39;&#x41;</body>", "a & <b> \"c\" 'A"),
    ("<body><strong>a</strong>\n<em>b</em> <u>c</u> <s>d</s> <code>e</code></body>", "a\nb c d e"),
    ("<body>x<ul><li>a</li><li>b</li></ul>y</body>", "x\n• a\n• b\ny"),
    ("<body><a href=\"https://a.example/?b=1&amp;c\">d</a></body>", "d"),
    ("<body>hi <a data-asana-gid=\"1208000000000011\"/></body>", "hi @Jake (demo)"),
]

@Test("Rich text is kept as written and read without markup", arguments: markup)
private func goodMarkup(html: String, text: String) async throws {
    try await ServiceHost.run { host in
        let made = try await host.asana(
            "POST", "/tasks/\(Demo.task)/stories?opt_fields=text,html_text", ["html_text": .string(html)])
        #expect(made.status == 201)
        #expect(made.json["data"]?["text"]?.string == text && made.json["data"]?["html_text"]?.string == html)
        let page = try await host.send("GET", "/asana/tasks/\(Demo.task)").text
        #expect(!page.contains("<script") && !page.contains("javascript:"))
    }
}

@Test("Titles alone may stand in notes, and a mention makes a follower")
func notesAndMentions() async throws {
    try await ServiceHost.run { host in
        let notes = try await host.asana(
            "PUT", "/tasks/\(Demo.task)", ["html_notes": "<body><h1>a</h1>b</body>"])
        #expect(notes.status == 200 && notes.json["data"]?["notes"]?.string == "ab")
        _ = try await host.asana(
            "POST", "/tasks/\(Demo.task)/stories",
            ["html_text": "<body><a data-asana-gid=\"1208000000000012\"/></body>"])
        let followers = try await host.asana("GET", "/tasks/\(Demo.task)").json["data"]?["followers"]?.array ?? []
        #expect(followers.contains { $0["gid"]?.string == Demo.ana })
    }
}

@Test("A comment can be changed and taken back by whoever wrote it, and by nobody else")
func ownWords() async throws {
    try await ServiceHost.run { host in
        let own = try await host.asana("POST", "/tasks/\(Demo.task)/stories", ["text": "mine"])
        let gid = own.json["data"]?["gid"]?.string ?? ""
        let changed = try await host.asana("PUT", "/stories/\(gid)", ["text": "still mine"])
        #expect(changed.status == 200 && changed.json["data"]?["is_edited"]?.bool == true)
        let theirs = try await host.asanaPerson("comment", ["task": .string(Demo.task), "text": "theirs"])
        let other = theirs.json["gid"]?.string ?? ""
        #expect(try await host.asana("PUT", "/stories/\(other)", ["text": "mine now"]).status == 403)
        #expect(try await host.asana("DELETE", "/stories/\(other)").status == 403)
        #expect(try await host.asana("DELETE", "/stories/\(gid)").status == 200)
        #expect(try await host.asana("GET", "/stories/\(gid)").status == 404)
        let stories = try await host.asana("GET", "/tasks/\(Demo.task)/stories").json["data"]?.array ?? []
        #expect(stories.compactMap { $0["created_by"]?["gid"]?.string } == [Demo.jake])
    }
}

private let names: [(disposition: String, name: String?)] = [
    ("filename=\"audit.md\"", "audit.md"), ("filename=\"50%25.md\"", "50%25.md"),
    ("filename=\"a%C3%BC.md\"; filename*=UTF-8''a%C3%BC.md", "aü.md"), ("filename=\"a%C3%BC.md\"", "aü.md"),
    ("filename=\"aü.md\"", nil), ("filename=\"\"", nil), ("filename*=latin1''a", nil),
]

@Test("A file is answered with 200, by the name it came with, and comes back byte for byte", arguments: names)
private func files(disposition: String, name: String?) async throws {
    try await ServiceHost.run { host in
        let content: [UInt8] = Array("# Audit\r\n--x\r\n".utf8) + (0...255)
        let reply = try await host.asanaFile(to: Demo.task, name: "", content, disposition: disposition)
        guard let name else {
            #expect(reply.status == 400)
            return
        }
        #expect(reply.status == 200 && reply.json["data"]?["name"]?.string == name)
        #expect(reply.json["data"]?["size"]?.int == content.count)
        let listed = try await host.asana(
            "GET", "/attachments?parent=\(Demo.task)&opt_fields=name,size,download_url"
        ).json["data"]
        let file = try await host.send("GET", listed?[0]?["download_url"]?.string ?? "")
        #expect(file.bytes == content && file.headers["content-disposition"]?.hasPrefix("attachment") == true)
        let gid = listed?[0]?["gid"]?.string ?? ""
        #expect(try await host.send("GET", "/asana/files/\(gid)?until=1").status == 403)
    }
}

@Test("A person assigns, moves and comments by the forms of the page")
func boardForms() async throws {
    try await ServiceHost.run { host in
        let forms = [
            ("assign", "assignee=\(Demo.jessie)"), ("move", "section=Ready"), ("comment", "user=\(Demo.ana)&text=go"),
        ]
        for (act, fields) in forms {
            let reply = try await host.send(
                "POST", "/asana/tasks/\(Demo.task)/\(act)",
                headers: ["Content-Type": "application/x-www-form-urlencoded"], bytes: Array(fields.utf8))
            #expect(reply.status == 303)
        }
        let task = try await host.asanaTask(Demo.task)
        #expect(task["assignee"]?.string == Demo.jessie && task["section"]?.string == "Ready")
        #expect(task["comments"]?[0]?["author"]?.string == Demo.ana)
        #expect(try await host.send("GET", "/asana").text.contains("Needs clarification"))
        #expect(try await host.send("GET", "/asana/tasks/1").status == 404)
    }
}
