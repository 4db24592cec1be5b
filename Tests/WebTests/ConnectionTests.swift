import Foundation
import Testing

@testable import BureauWeb

/// What the bytes of one connection may look like. A vendor's sender keeps connections open and may send ahead.
@Suite("Webhooks and other requests on one connection")
struct ConnectionTests {
    private static let health = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"

    private static func webhook(_ body: String, headers: String = "") -> String {
        "POST /webhook/sentinel HTTP/1.1\r\nHost: x\r\nX-Signature: \(Served.sign(body))\r\n\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static let event = #"{"event":"taskUpdated","task_id":"86a"}"#

    /// Each request by one letter: w a webhook, h a page, m a path that is not there with a body.
    private static func requests(_ order: String) -> String {
        order.map { kind in
            switch kind {
            case "w": webhook(event)
            case "m": "POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
            default: health
            }
        }.joined()
    }

    private static func kinds(_ answers: String) -> String {
        String(
            answers.components(separatedBy: "HTTP/1.1 ").dropFirst().map { answer -> Character in
                if answer.contains("\"verdict\"") { "w" } else if answer.contains("agents_loaded") { "h" } else { "m" }
            })
    }

    @Test(
        "Requests sent ahead are answered one by one, in their order, whoever answers them",
        arguments: ["w", "ww", "hw", "wh", "whwhwh", "hhww", "mwm", "wmwhhmw", String(repeating: "w", count: 40)])
    func pipelined(order: String) async throws {
        try await Served.run { server in
            let answers = try await answer(port: server.port, [Self.requests(order)]) {
                Self.kinds($0).count == order.count
                    && ["}", "\r\n\r\n", "</html>", "</html>\n"].contains(where: $0.hasSuffix)
            }
            #expect(Self.kinds(answers) == order)
            #expect(try await server.signals().count == order.filter { $0 == "w" }.count)
        }
    }

    @Test("A body may come byte by byte, and the sender may close its side before it is answered")
    func dribbled() async throws {
        try await Served.run { server in
            let bytes = Self.webhook(Self.event).utf8.map { String(UnicodeScalar($0)) }
            let answer = try await answer(port: server.port, bytes, finish: true) { _ in false }
            #expect(answer.hasPrefix("HTTP/1.1 200"), "the connection ends after the answer, not before it")
            #expect(try await server.signals().count == 1)
        }
    }

    @Test("A request of any kind is answered though its sender has closed its side")
    func halfClosed() async throws {
        try await Served.run { server in
            let answer = try await answer(
                port: server.port, ["GET /health HTTP/1.1\r\nHost: x\r\n\r\n"], finish: true
            ) { _ in false }
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test("Whoever followed a live page and has gone takes up no place, though nothing is written to them")
    func gone() async throws {
        try await Served.run { server in
            let run = try await server.addRun(client: nil), browser = try await Browser.signedIn(server, "ana", .viewer)
            let request = LiveReader.request("/runs/\(run.id)/stream", browser.cookie)
            func open() async throws -> Bool {
                try await answer(port: server.port, [request]) { $0.contains("\r\n\r\n") }.hasPrefix("HTTP/1.1 200")
            }
            for _ in 0..<LiveStreams.streamsPerPersonMax { #expect(try await open()) }
            // Well before the next heartbeat, by which alone it was noticed once.
            var tries = 0
            while try await !open(), tries < 200 {
                tries += 1
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(tries < 200)
        }
    }

    private static let closing: [(String, String, String)] = [
        ("when the sender asks for it", webhook(event, headers: "Connection: close\r\n"), "HTTP/1.1 200"),
        (
            "after a body that is announced too large",
            "POST /webhook/sentinel HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", "HTTP/1.1 413"
        ),
    ]

    @Test("The connection ends after the answer", arguments: closing)
    func closes(when: String, request: String, status: String) async throws {
        try await Served.run { server in
            let answer = try await answer(port: server.port, [request]) { _ in false }
            #expect(answer.hasPrefix(status), "\(when)")
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    private static let malformed: [(String, String)] = [
        (
            "headers of more than 80 KiB",
            "GET /health HTTP/1.1\r\nX-A: \(String(repeating: "a", count: 100_000))\r\n\r\n"
        ),
        (
            "more than 200 headers",
            "GET /health HTTP/1.1\r\n" + (0..<300).map { "X-\($0): a\r\n" }.joined() + "\r\n"
        ),
        ("no HTTP at all", "\u{1}\u{2}\u{3}\r\n\r\n"),
    ]

    @Test("What is no request ends its connection and nothing else", arguments: malformed)
    func refused(what: String, bytes: String) async throws {
        try await Served.run { server in
            let answer = try await answer(port: server.port, [bytes]) { _ in false }
            #expect(!answer.contains("200 OK"), "\(what)")
            #expect(try await server.send(.get, "/health").status == 200)
        }
    }
}
