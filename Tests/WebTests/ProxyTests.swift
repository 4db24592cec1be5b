import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

/// The proxy that installations have in front, with the file they have, on ports of this machine.
struct Proxy {
    let port: Int
    let log: URL
    static let startTriesMax = 1_200

    static func run(
        before upstream: Int, changing change: (String) -> String = { $0 }, _ body: (Proxy) async throws -> Void
    ) async throws {
        let program = "/usr/bin/caddy"
        try #require(
            FileManager.default.isExecutableFile(atPath: program), "\(program) is not there; scripts/setup installs it")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bureau-caddy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = try RawSocket.freePort()
        let file = folder.appendingPathComponent("Caddyfile")
        try change(try shipped(port: port, upstream: upstream, folder)).write(
            to: file, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["run", "--adapter", "caddyfile", "--config", file.path]
        process.environment = ["HOME": folder.path, "XDG_DATA_HOME": folder.path, "XDG_CONFIG_HOME": folder.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Children of a test ignore the polite signal.
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try await waitUntilOpen(port, process)
        try await body(Proxy(port: port, log: folder.appendingPathComponent("bureau.log")))
    }

    /// The shipped file with nothing changed but where it listens, whom it asks and where it logs.
    private static func shipped(port: Int, upstream: Int, _ folder: URL) throws -> String {
        let place = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "deploy/Caddyfile")
        var text = try String(contentsOf: place, encoding: .utf8)
        for (old, new) in [
            ("bureau.example.com {", "http://:\(port) {\n\tbind 127.0.0.1"),
            ("127.0.0.1:3000", "127.0.0.1:\(upstream)"),
            ("/var/log/caddy/bureau.log", folder.appendingPathComponent("bureau.log").path),
        ] {
            try #require(text.contains(old), "deploy/Caddyfile no longer has \(old)")
            text = text.replacing(old, with: new)
        }
        return "{\n\tadmin off\n}\n\n" + text
    }

    private static func waitUntilOpen(_ port: Int, _ process: Process) async throws {
        for _ in 0..<startTriesMax {
            if (try? RawSocket(port: port)) != nil { return }
            try #require(process.isRunning, "caddy ended by itself: is deploy/Caddyfile valid?")
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("caddy did not begin to listen")
    }
}

@Suite("Live pages behind the shipped proxy")
struct ProxyTests {
    private static let events = 20

    /// An event of the size real ones have: small ones slip through where large ones are held.
    private static func store(_ number: Int, _ run: String, _ server: Served) async throws {
        let detail = "event \(number) " + String(repeating: "x", count: 2_048)
        try await server.database.write { db in
            let seq = try db.first("SELECT max(seq) AS seq FROM run_event WHERE run_id = ?", [run])?.integerIfAny("seq")
            try db.execute(
                "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, ?, ?, 'note', ?)",
                [run, (seq ?? 0) + 1, server.house.doors.now(), detail])
        }
    }

    private static func headers(_ browser: Browser, after id: String? = nil) -> [String: String] {
        var headers = browser.cookie
        headers["Accept"] = "text/event-stream"
        headers["Accept-Encoding"] = "gzip, zstd"
        if let id { headers["Last-Event-ID"] = id }
        return headers
    }

    private static func id(_ event: String) -> String? {
        event.split(separator: "\n").first { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
    }

    @Test(
        "Each event arrives before the next is stored, to a reader who takes compression, and none is lost or told twice"
    )
    func arrives() async throws {
        try await Served.run { server in
            let run = try await server.addRun(client: nil), browser = try await Browser.signedIn(server, "ana", .viewer)
            try await Proxy.run(before: server.port) { proxy in
                var reader = LiveReader(
                    port: proxy.port, path: "/runs/\(run.id)/stream", headers: Self.headers(browser))
                var ids: [String] = []
                for number in 0..<Self.events {
                    try await Self.store(number, run.id, server)
                    var event = ""
                    // Besides ours there are the run's own first events and heartbeats.
                    for _ in 0..<20 where !event.contains("event \(number) ") {
                        event = try #require(await reader.next(), "event \(number) did not arrive")
                    }
                    ids.append(try #require(Self.id(event)))
                }
                #expect(reader.head.hasPrefix("http/1.1 200") && reader.head.contains("text/event-stream"))
                #expect(!reader.head.contains("content-encoding"))
                #expect(Set(ids).count == Self.events)
                var again = LiveReader(
                    port: proxy.port, path: "/runs/\(run.id)/stream", headers: Self.headers(browser, after: ids[9]))
                _ = await again.next()
                for number in 10..<Self.events {
                    let event = try #require(await again.nextEvent())
                    #expect(event.contains("event \(number) ") && Self.id(event) == ids[number])
                }
            }
        }
    }

    /// What the list of kinds in the shipped file is for.
    @Test("Compression without the list of kinds takes the stream too")
    func control() async throws {
        try await Served.run { server in
            let run = try await server.addRun(client: nil), browser = try await Browser.signedIn(server, "ana", .viewer)
            func bare(_ text: String) -> String {
                guard let start = text.range(of: "\tencode {"), let end = text.range(of: "\t\t}\n\t}\n") else {
                    return text
                }
                return text[..<start.lowerBound] + "\tencode {\n\t\tgzip\n\t\tminimum_length 1\n\t}\n"
                    + text[end.upperBound...]
            }
            try await Proxy.run(before: server.port, changing: bare) { proxy in
                try await Self.store(0, run.id, server)
                let answer = try await answer(
                    port: proxy.port,
                    [
                        "GET /runs/\(run.id)/stream HTTP/1.1\r\nHost: x\r\n"
                            + Self.headers(browser).map { "\($0.key): \($0.value)\r\n" }.joined() + "\r\n"
                    ]
                ) { $0.contains("\r\n\r\n") }
                #expect(answer.lowercased().contains("content-encoding: gzip"))
            }
        }
    }

    @Test("No key that a request brings is in the access log")
    func accessLog() async throws {
        try await Served.run { server in
            try await Proxy.run(before: server.port) { proxy in
                let headers = [
                    "Authorization", "Cookie", "X-Signature", "X-Slack-Signature", "X-Hook-Signature", "X-Hook-Secret",
                    "X-Agency-OS-Internal-Token",
                ].map { "\($0): canary-\($0)\r\n" }.joined()
                for path in ["/login/link?token=canary-link&next=%2Fruns", "/report-artifacts/"] {
                    _ = try await answer(
                        port: proxy.port,
                        ["GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(headers)\r\n"]
                    ) { $0.contains("\r\n\r\n") }
                }
                var log = ""
                for _ in 0..<Proxy.startTriesMax where !log.contains("/report-artifacts/") {
                    try await Task.sleep(for: .milliseconds(50))
                    log = (try? String(contentsOf: proxy.log, encoding: .utf8)) ?? ""
                }
                #expect(log.contains("/login/link") && log.contains("/report-artifacts/"))
                #expect(!log.contains("canary-"), "\(log)")
            }
        }
    }

    @Test("Figures about runs and money stay on this machine, and pages come compressed")
    func others() async throws {
        try await Served.run { server in
            let browser = try await Browser.signedIn(server, "ana", .viewer)
            try await Proxy.run(before: server.port) { proxy in
                func head(_ path: String) async throws -> String {
                    let lines = Self.headers(browser).map { "\($0.key): \($0.value)\r\n" }.joined()
                    let request = "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(lines)\r\n"
                    return try await answer(port: proxy.port, [request]) { $0.contains("\r\n\r\n") }.lowercased()
                }
                #expect(try await head("/metrics").hasPrefix("http/1.1 404"))
                let page = try await head("/")
                #expect(page.hasPrefix("http/1.1 200") && page.contains("content-encoding: gzip"))
                #expect(page.contains("strict-transport-security") && !page.contains("\r\nserver:"))
            }
        }
    }
}
