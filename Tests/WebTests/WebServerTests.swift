import BureauDomain
import BureauEngine
import BureauStorage
import BureauVendors
import Crypto
import Foundation
import Logging
import ProductHarness
import ServiceLifecycle
import Testing

@testable import BureauWeb

/// A running server over a real database, and plain HTTP to it.
struct Served: Sendable {
    let port: Int
    let database: SQLiteDatabase
    let transport: HTTPTransport
    let house: WebHouse
    let parts: EngineParts
    /// Where files are kept.
    var blobs: BlobFolder { parts.blobs }

    func send(_ method: VendorRequest.Method, _ path: String, _ headers: [String: String] = [:], body: String = "")
        async throws -> (status: Int, text: String, type: String?)
    {
        let answer = try await self.answer(method, path, headers, body: body)
        return (answer.status, String(decoding: answer.body, as: UTF8.self), answer.headers["content-type"])
    }

    func answer(_ method: VendorRequest.Method, _ path: String, _ headers: [String: String] = [:], body: String = "")
        async throws -> VendorResponse
    {
        let request = VendorRequest(
            vendor: .clickUp, operation: path, method: method, url: "http://127.0.0.1:\(port)\(path)",
            headers: headers, body: method == .get ? .none : .bytes(Array(body.utf8)), timeoutSeconds: 300)
        return try await transport.send(request)
    }

    func signals() async throws -> [SignalRecord] { try await SignalDesk(database: database).list() }

    static let secret = "hook-secret", slackSecret = "test-slack-secret"

    static func sign(_ body: String, with secret: String = Served.secret) -> String {
        Hex.text(
            HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(secret.utf8))))
    }

    static let internalToken = "test-internal-token"

    static func run(
        site: WebHouse.Site = .init(version: "1.2.3"), hasInternalToken: Bool = true, hasAgents: Bool = false,
        checkup: Checkup? = nil, isPaused: Bool = false, connections: Connections = Connections(),
        chromium: String? = nil, _ body: (Served) async throws -> Void
    ) async throws {
        try await Gate.servers.pass {
            try await opened(site, hasInternalToken, hasAgents, checkup, isPaused, connections, chromium, body)
        }
    }

    private static func opened(
        _ site: WebHouse.Site, _ hasInternalToken: Bool, _ hasAgents: Bool, _ checkup: Checkup?, _ isPaused: Bool,
        _ connections: Connections, _ chromium: String?, _ body: (Served) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bureau-web-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = try SQLiteDatabase(path: folder.appendingPathComponent("bureau.db").path)
        let catalog = AgentCatalog(
            folder: folder, reader: AgentReader(hasVariable: { _ in true }), database: database, doors: .system,
            logger: logger)
        let counters = Counters()
        let intake = WebhookIntake(
            database: database, catalog: catalog, secret: Secret(secret), doors: .system, logger: logger,
            counters: counters, wake: {})
        var settings = EngineSettings(sessionLogFolder: folder, deliveryFolder: folder)
        settings.isDispatchPaused = isPaused
        settings.pdf = PDFSettings(folder: folder.appendingPathComponent("pdf"))
        settings.pdf.program = chromium
        let parts = EngineParts(
            database: database, doors: .system, catalog: try await catalog.stocked(hasAgents, folder),
            connections: connections,
            blobs: BlobFolder(root: folder.appendingPathComponent("blobs")),
            prices: try #require(PriceTable.load(Array(PriceTable.shippedJSON.utf8), fileName: "shipped").table),
            settings: settings, counters: counters,
            logger: logger, variable: { _ in nil })
        let ports = AsyncStream<Int>.makeStream()
        let house = WebHouse(
            parts: parts, approvals: ApprovalDesk(database: database, catalog: catalog, doors: .system) {},
            status: ServerStatus(
                database: database, catalog: catalog, counters: counters, doors: .system, version: "1.2.3"),
            frontDesk: SlackFrontDesk(
                desk: ApprovalDesk(database: database, catalog: catalog, doors: .system) {},
                teams: [SlackTeam(slack: nil, signingSecret: Secret(slackSecret))], doors: .system, logger: logger,
                zone: .utc),
            asana: AsanaIntake(parts: parts, key: { Secret("test-sealing-key") }, wake: {}),
            commands: SlackCommandDoor(desk: SlackCommandDesk(parts: parts, wake: {})),
            apiDoor: ApprovalDoor(
                desk: ApprovalDesk(database: database, catalog: catalog, doors: .system) {},
                token: Secret("test-token"), person: "ana"),
            artifacts: hasInternalToken
                ? ReportArtifactDoor(
                    desk: ArtifactDesk(database: database, doors: .system, blobs: parts.blobs),
                    token: Secret(internalToken), person: "agency-os") : nil,
            site: site, checkup: checkup, passwords: PasswordHash(rounds: 16, blockSize: 1, parallelism: 1),
            replay: { try await intake.replay($0) }, wake: {})
        let server = BureauServer(
            address: .host("127.0.0.1", port: 0), intake: intake, house: house,
            eventLoops: EventLoopExecutor.shared.group, executor: EventLoopExecutor.shared, logger: logger,
            onListening: { port in ports.continuation.yield(port ?? 0) })
        // It has to run beside the test's own body; it is stopped and awaited below.
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        let running = Task { try await group.run() }
        let transport = HTTPTransport()
        let result: Result<Void, any Error>
        do {
            let port = await ports.stream.first { _ in true } ?? 0
            try await body(
                Served(port: port, database: database, transport: transport, house: house, parts: parts))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await transport.shutdown()
        await group.triggerGracefulShutdown()
        _ = await running.result
        try result.get()
    }
}

extension AgentCatalog {
    /// With the example agent of the repository, given a list, when a test wants one.
    fileprivate func stocked(_ isStocked: Bool, _ folder: URL) async throws -> AgentCatalog {
        guard isStocked else { return self }
        let agents = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "agents/sentinel.json")
        let text = try String(contentsOf: agents, encoding: .utf8)
            .replacing("<LIST_ID_FOR_SENTINEL_TASKS>", with: "901100000001")
        try Data(text.utf8).write(to: folder.appending(path: "sentinel.json"))
        try await refresh()
        return self
    }
}

@Suite("The server over HTTP")
struct WebServerTests {
    private static let forged: [(String, [String: String])] = [
        ("no signature", [:]), ("an empty one", ["X-Signature": ""]),
        ("a wrong one", ["X-Signature": String(repeating: "a", count: 64)]),
    ]

    @Test("A request that proves nothing gets 403, never the 401 or 410 that would end the webhook", arguments: forged)
    func forgery(what: String, headers: [String: String]) async throws {
        try await Served.run { server in
            let answer = try await server.send(.post, "/webhook/sentinel", headers, body: "{}")
            #expect(answer.status == 403, "\(what)")
            #expect(answer.type == "application/json")
            #expect(try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) is [String: String])
            #expect(try await server.signals().map(\.verdict) == ["refused"])
        }
    }

    private static let bodies: [(String, String, Int)] = [
        ("an event for an agent that is not there", #"{"event":"taskUpdated","task_id":"86a"}"#, 200),
        ("no JSON", "{", 400), ("nothing", "", 400), ("other bytes", "\u{0}\u{1}", 400),
        ("one byte more than is taken", String(repeating: " ", count: (1 << 20) + 1), 413),
    ]

    @Test("A signed body gets its answer and leaves one signal", arguments: bodies)
    func signed(what: String, body: String, status: Int) async throws {
        try await Served.run { server in
            let answer = try await server.send(
                .post, "/webhook/sentinel", ["X-Signature": Served.sign(body)], body: body)
            #expect(answer.status == status, "\(what)")
            #expect(try await server.signals().count == 1)
            #expect(try await server.send(.get, "/health").status == 200, "the next request is answered as ever")
        }
    }

    private static let senders: [(String, String)] = [
        ("203.0.113.7", "203.0.113.7"), ("10.0.0.1, 203.0.113.7", "203.0.113.7"), ("<script>", "c"),
        ("", "127.0.0.1"), ("2001:db8::1", "2001:db8::1"),
    ]

    @Test("From this machine the proxy's last address is the sender, and nothing but an address", arguments: senders)
    func forwarded(header: String, expected: String) async throws {
        try await Served.run { server in
            _ = try await server.send(.post, "/webhook/sentinel", ["X-Forwarded-For": header], body: "{}")
            #expect(try await server.signals().first?.remoteAddress == expected)
        }
    }

    private static let malformed: [(String, String, agent: String)] = [
        (
            "a bad chunk size",
            "POST /webhook/sentinel HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "sentinel"
        ),
        (
            "two lengths",
            "POST /webhook/sentinel HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc", ""
        ),
        (
            "headers over the limit",
            "POST /webhook/sentinel HTTP/1.1\r\nhost: x\r\nx: \(String(repeating: "a", count: 100_000))\r\n\r\n", ""
        ), ("no HTTP", "\u{16}\u{3}\u{1}hello\r\n\r\n", ""),
    ]

    @Test("What is no well-formed HTTP is told so, and kept as refused with what is known of it", arguments: malformed)
    func broken(what: String, bytes: String, agent: String) async throws {
        try await Served.run { server in
            let text = try await answer(port: server.port, [bytes]) { $0.contains("}") }
            #expect(text.hasPrefix("HTTP/1.1 400") && text.contains("well-formed"), "\(what): \(text)")
            let signals = try await server.signals()
            #expect(signals.map(\.verdict) == ["refused"] && signals.first?.agent == agent, "\(what)")
            #expect(signals.first?.remoteAddress == "127.0.0.1" && signals.first?.bodyBytes == 0, "\(what)")
            #expect(signals.first?.reason.contains("well-formed") == true, "\(what)")
            #expect(text.contains("\"signal\":\"\(signals.first?.id ?? "-")\""), "\(what): \(text)")
            let health = try await server.send(.get, "/health")
            #expect(health.status == 200)
        }
    }

    @Test("Health has the promised members")
    func health() async throws {
        try await Served.run { server in
            let answer = try await server.send(.get, "/health")
            let json = try #require(try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any])
            #expect(Set(json.keys) == ["status", "uptime", "version", "agents_loaded", "db_ok"])
            #expect(json["status"] as? String == "ok")
            #expect(json["version"] as? String == "1.2.3")
        }
    }

    @Test("Metrics are lines Prometheus reads, and count what came")
    func metrics() async throws {
        try await Served.run { server in
            _ = try await server.send(.post, "/webhook/sentinel", body: "{}")
            let answer = try await server.send(.get, "/metrics")
            #expect(answer.type?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(answer.text.contains("bureau_signals_total{verdict=\"refused\"} 1\n"))
            for line in answer.text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(line.split(separator: " ").last.flatMap { Double($0) } != nil, "\(line)")
            }
        }
    }

    @Test("Other paths and methods are refused", arguments: ["/webhook", "/webhook/a/b", "/nowhere", "/health/x"])
    func nowhere(path: String) async throws {
        try await Served.run { server in
            let answer = try await server.send(.post, path, body: "{}")
            #expect(answer.status == 404)
        }
    }
}
