import Testing

@testable import BureauSandbox

private let bodies: [(name: String, body: String, parts: [String]?)] = [
    ("one part", "--b\r\nA: 1\r\n\r\nx\r\n--b--\r\n", ["x"]),
    ("line ends inside a part", "--b\r\n\r\nx\r\n\r\ny\r\n--b--", ["x\r\n\r\ny"]),
    ("an empty part and a preamble", "preamble\r\n--b\r\nA: 1\r\n\r\n\r\n--b\r\nB: 2\r\n\r\nz\r\n--b--", ["", "z"]),
    ("no closing delimiter", "--b\r\nA: 1\r\n\r\nx\r\n--b\r\n", nil),
    ("no parts at all", "x", nil), ("a header without a colon", "--b\r\nA\r\n\r\nx\r\n--b--", nil),
    ("bare line feeds", "--b\nA: 1\n\nx\n--b--", nil),
]

@Test("A multipart body is split exactly, or not at all", arguments: bodies)
private func multipartBodies(name: String, body: String, parts: [String]?) {
    let form = Multipart(contentType: "multipart/form-data; boundary=\"b\"", body: Array(body.utf8))
    #expect(form?.parts.map { String(decoding: $0.body, as: UTF8.self) } == parts)
}

@Test(
    "Parameters of a header are read quoted and bare",
    arguments: [
        ("form-data; name=\"a\"; filename=\"x \\\"y\\\".md\"", "filename", "x \"y\".md"),
        ("form-data; Name=a;filename=b", "name", "a"), ("form-data; filename=\"a;name=b\"; name=c", "name", "c"),
        ("form-data", "name", nil),
    ] as [(String, String, String?)])
func parameters(header: String, name: String, value: String?) {
    #expect(Multipart.parameter(name, of: header) == value)
}

@Test(
    "Form fields are decoded as a browser writes them",
    arguments: [
        ("a=1&a=2&b=x+y%26z", "b", ["x y&z"]), ("a=1&a=2", "a", ["1", "2"]), ("a%5B%5D=1", "a[]", ["1"]),
        ("a", "a", [""]), ("", "a", []), ("a=b=c", "a", ["b=c"]), ("a=%ZZ", "a", ["%ZZ"]),
    ])
func formFields(text: String, name: String, values: [String]) {
    #expect(FormFields(text).all(name) == values)
}

@Test(
    "Field masks pick what they name",
    arguments: [
        ("id", #"{"id":"1"}"#), ("id,owners(name)", #"{"id":"1","owners":[{"name":"a"}]}"#),
        ("owners/name,id", #"{"id":"1","owners":[{"name":"a"}]}"#),
        ("*", #"{"id":"1","owners":[{"age":1,"name":"a"}]}"#),
        ("missing", "{}"), ("id,", nil), ("owners(name", nil), ("", nil), ("id)", nil),
    ] as [(String, String?)])
func fieldMasks(text: String, picked: String?) {
    let mask = try? DriveFieldMask(text, known: ["": ["id", "owners", "missing"]])
    let whole: JSON = ["id": "1", "owners": [["name": "a", "age": 1]]]
    #expect(mask?.applied(to: whole).text == picked)
}

@Test(
    "Slack markup becomes the markup a person sees",
    arguments: [
        ("*a* _b_ ~c~ `d*e*`", "<strong>a</strong> <em>b</em> <s>c</s> <code>d*e*</code>"),
        ("2*3*4 and * x *", "2*3*4 and * x *"), ("<@U1|jo> <#C1|x> <!here>", nil),
        ("a &amp;lt; b &lt;i&gt;", "a &amp;lt; b &lt;i&gt;"), ("<https://a.example|A & B>", nil),
        ("unfinished <b", "unfinished &lt;b"), ("**", "**"), ("", ""),
        ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
    ] as [(String, String?)])
func mrkdwn(text: String, html: String?) {
    let shown = Mrkdwn(users: [], channels: []).html(text).text
    if let html { #expect(shown == html) }
    #expect(!shown.contains("<b") && !shown.contains("href=\"javascript"))
}

@Test(
    "Upload ranges are read strictly",
    arguments: [
        ("bytes 0-9/10", 0...9, 10), ("bytes */10", nil, 10), ("bytes 5-9/*", 5...9, nil),
    ] as [(String, ClosedRange<Int>?, Int?)])
func ranges(header: String, bounds: ClosedRange<Int>?, total: Int?) {
    let range = UploadRange(header)
    #expect(range != nil && range?.bounds == bounds && range?.total == total)
}

@Test(
    "A wrong upload range is refused",
    arguments: ["0-9/10", "bytes 9-0/10", "bytes 0-10/10", "bytes 0-9", "bytes a-b/c"])
func wrongRanges(header: String) {
    #expect(UploadRange(header) == nil)
}

@Test("The allowance of a minute is spent, refused, and there again in the next")
func allowance() throws {
    var rate = ClickUpRate(callsPerMinute: 2)
    _ = try rate.spend(now: 60_000)
    _ = try rate.spend(now: 60_001)
    #expect(throws: ClickUpRate.Exhausted.self) { _ = try rate.spend(now: 119_999) }
    _ = try rate.spend(now: 120_000)
}
