import BureauDomain
import BureauEngine
import Foundation
import Subprocess
import Testing

@testable import BureauWeb

@Suite("PDFs of reports")
struct ReportPDFTests {
    private static let chromium = "/usr/bin/chromium"

    /// Everything a page can try: scripts, addresses, files of this machine, and to lead elsewhere.
    private static func hostile(port: Int, secret: URL) -> String {
        """
        <!doctype html><html lang="en"><head><title>Audit</title>
        <META HTTP-EQUIV="refresh" content="0;url=\(secret.absoluteString)">
        <link rel="stylesheet" href="http://127.0.0.1:\(port)/a.css">
        <script>document.addEventListener("DOMContentLoaded", () => document.body.append("OWNED"))</script>
        <script src="http://127.0.0.1:\(port)/a.js"></script>
        </head><body onload="document.body.append('OWNED')">
        <h1>Findings</h1><p>The word http-equiv stays, and so does caf\u{E9}.</p>
        <h2>Links</h2><p>All of <b>them</b> work.</p>
        <img src="http://127.0.0.1:\(port)/a.png" alt="A picture">
        <iframe src="\(secret.absoluteString)"></iframe><object data="\(secret.absoluteString)"></object>
        </body></html>
        """
    }

    @Test(
        "An HTML report becomes a tagged PDF with an outline and its words; nothing in it runs, asks or is led elsewhere"
    )
    func html() async throws {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.chromium), "\(Self.chromium): scripts/setup installs it")
        let secret = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(UUID().uuidString).txt")
        try Data("swordfish".utf8).write(to: secret)
        defer { try? FileManager.default.removeItem(at: secret) }
        let ear = try Ear()
        let page = Self.hostile(port: ear.port, secret: secret)
        try await Served.run(chromium: Self.chromium) { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let seed = ReportSeed(files: [("audit.html", "text/html", page), ("rows.csv", "text/csv", "a,b\n")])
            try await seed.put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let path = ReportViewer.address(seed.id, "audit.html", "pdf")
            let shown = try await browser.get("/reports/\(seed.id)/").text
            #expect(shown.contains("\"\(path)\"") && !shown.contains("rows.csv/pdf"))
            var answer = try await browser.get(path)
            // Chromium has a minute, which a busy machine may need for its start alone.
            for _ in 0..<3 where answer.status != 200 { answer = try await browser.get(path) }
            try #require(answer.status == 200, "\(answer.text.prefix(600))")
            #expect(answer.headers["content-type"] == "application/pdf")
            #expect(answer.headers["content-disposition"]?.contains("audit.pdf") == true)
            for mark in ["/StructTreeRoot", "/Outlines"] {
                #expect(answer.body.firstRange(of: Array(mark.utf8)) != nil, "\(mark) is missing")
            }
            let text = try await Self.text(of: answer.body)
            for words in ["Findings", "The word http-equiv stays, and so does caf\u{E9}.", "All of them work."] {
                #expect(text.contains(words), "\(text)")
            }
            #expect(!text.contains("OWNED") && !text.contains("swordfish"), "\(text)")
            #expect(!ear.heardSomebody)
            #expect(try await browser.get(path).body == answer.body, "it is kept")
            #expect(try await browser.get(ReportViewer.address(seed.id, "rows.csv", "pdf")).status == 404)
            let ben = try await Browser.signedIn(server, "ben", .viewer, clients: ["plunkett"])
            #expect(try await ben.get(path).status == 404)
            let program = try await Program.of(server, "pia", .viewer)
            let twin = try await program.send(.get, "/api/v1/artifacts/\(seed.id)/files/audit.html/pdf")
            #expect(twin.status == 200 && twin.body == answer.body)
        }
    }

    private static let absent: [(String, Int, String)] = [
        ("report.md", 503, "PDF not available: install chromium"), ("none.md", 404, "no file of that name"),
        ("rows.csv", 404, "only HTML and Markdown are printed"),
    ]

    @Test("Without Chromium there is no link, and whoever asks is told what to install", arguments: absent)
    func without(name: String, status: Int, words: String) async throws {
        try await Served.run { server in
            let seed = ReportSeed(files: [("report.md", "", "# Audit"), ("rows.csv", "", "a,b")])
            try await seed.put(into: server)
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            let answer = try await browser.get(ReportViewer.address(seed.id, name, "pdf"))
            #expect(answer.status == status && answer.text.contains(words), "\(answer.text)")
            #expect(try await !browser.get("/reports/\(seed.id)/").text.contains("/pdf\""))
        }
    }

    private static func text(of pdf: [UInt8]) async throws -> String {
        let result = try await Subprocess.run(
            .name("pdftotext"), arguments: ["-layout", "-", "-"], input: .array(pdf), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 16))
        return result.standardOutput
    }
}

/// A port of this machine that takes no call and notices one.
private final class Ear: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let own = descriptor
        let isOpen = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(own, $0, length) == 0 && listen(own, 8) == 0 && getsockname(own, $0, &length) == 0
            }
        }
        guard isOpen else { throw RawSocket.Failed(step: "listen") }
        port = Int(in_port_t(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    var heardSomebody: Bool {
        let caller = accept(descriptor, nil, nil)
        if caller >= 0 { close(caller) }
        return caller >= 0
    }
}
