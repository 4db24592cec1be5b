import AsyncHTTPClient
import BureauSandbox
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A running sandbox, a plain HTTP client that talks to it, and a receiver where its webhooks arrive.
struct ServiceHost: Sendable {
    let sandbox: Sandbox, port: Int
    let receiver: Receiver
    let exchanges = Exchanges()

    var baseURL: String { "http://127.0.0.1:\(port)" }

    struct Reply: Sendable {
        let status: Int, headers: [String: String], bytes: [UInt8]
        var json: JSON { (try? JSON(parsing: Data(bytes))) ?? .null }
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// One request with exactly these headers and bytes. Redirects are shown, not followed.
    func send(
        _ method: String, _ path: String, headers: [String: String] = [:], bytes: [UInt8]? = nil
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: path.hasPrefix("http") ? path : baseURL + path)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let bytes { request.body = .bytes(ByteBuffer(bytes: bytes)) }
        let response = try await Self.client.execute(request, timeout: .seconds(120))
        let body = try await response.body.collect(upTo: 64 << 20)
        var named: [String: String] = [:]
        for header in response.headers { named[header.name.lowercased()] = header.value }
        let reply = Reply(status: Int(response.status.code), headers: named, bytes: Array(buffer: body))
        exchanges.add(method: method, path: path, request: bytes ?? [], reply: reply)
        return reply
    }

    func send(_ method: String, _ path: String, headers: [String: String], json: JSON?) async throws -> Reply {
        var headers = headers
        if json != nil, headers["Content-Type"] == nil { headers["Content-Type"] = "application/json; charset=utf-8" }
        return try await send(method, path, headers: headers, bytes: json.map { Array($0.bytes) })
    }

    func clickUp(_ method: String, _ path: String, _ json: JSON? = nil) async throws -> Reply {
        try await send(method, "/clickup/api/v2" + path, headers: ["Authorization": "pk_demo"], json: json)
    }

    func asana(_ method: String, _ path: String, _ data: JSON? = nil) async throws -> Reply {
        let headers = ["Authorization": "Bearer demo-asana-token"]
        return try await send(method, "/asana/api/1.0" + path, headers: headers, json: data.map { ["data": $0] })
    }

    /// What a person does at the Asana board.
    @discardableResult
    func asanaPerson(_ act: String, _ fields: JSON) async throws -> Reply { try await control("/asana/\(act)", fields) }

    func slack(_ method: String, _ json: JSON = [:]) async throws -> JSON {
        try await send("POST", "/slack/api/" + method, headers: ["Authorization": "Bearer xoxb-demo"], json: json).json
    }

    func control(_ path: String, _ json: JSON) async throws -> Reply {
        try await send("POST", "/_control" + path, headers: [:], json: json)
    }

    func state(_ name: String) async throws -> JSON {
        try await send("GET", "/_control/state").json[name] ?? .null
    }

    func fault(_ vendor: String, _ operation: String, _ action: String, times: Int = 1) async throws {
        _ = try await control(
            "/faults",
            ["vendor": .string(vendor), "operation": .string(operation), "do": .string(action), "times": .int(times)])
    }

    /// Asks again until `isDone`, at most two minutes. For what the sandbox does in the background.
    func wait<Value>(_ look: () async throws -> Value, until isDone: (Value) -> Bool) async throws -> Value {
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            let value = try await look()
            if isDone(value) || ContinuousClock.now > deadline { return value }
            // A stand-in refuses whoever asks too often in a minute.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(120)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Runs a sandbox and a receiver for as long as `body` takes.
    static func run(
        _ adjust: (inout SandboxOptions) throws -> Void = { _ in }, body: (ServiceHost) async throws -> Void
    ) async throws {
        let receiver = Receiver()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await receiver.run() }
            var options = SandboxOptions()
            options.slackPatience = 60
            // The vendors' few seconds for an answer are no measure of a receiver on a busy machine.
            options.post = { url, headers, body, _ in await Outbound.post(url, headers, body, 120) }
            options.productURL = "http://127.0.0.1:\(await receiver.port())"
            try adjust(&options)
            let sandbox = Sandbox(options)
            group.addTask { try await sandbox.run() }
            let host = ServiceHost(sandbox: sandbox, port: try await sandbox.boundPort, receiver: receiver)
            do {
                try await body(host)
            } catch {
                group.cancelAll()
                throw error
            }
            _ = try await host.control("/stop", [:])
            // The sandbox ends by itself; the receiver has to be told.
            try await group.next()
            await receiver.stop()
            try await group.waitForAll()
        }
    }
}

/// What went over the wire, to be held against the vendors' specifications.
final class Exchanges: Sendable {
    private let all = Mutex<[JSON]>([])

    func add(method: String, path: String, request: [UInt8], reply: ServiceHost.Reply) {
        let entry: JSON = [
            "method": .string(method), "path": .string(path), "status": .int(reply.status),
            "request": (try? JSON(parsing: Data(request))) ?? .null, "response": reply.json,
        ]
        all.withLock { $0.append(entry) }
    }

    var json: JSON { .array(all.withLock { $0 }) }
}

/// The stand-ins' time, in which what is held back or repeated comes when a test says so: a busy machine may be slower
/// with all the rest than any pause.
final class HeldBack: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    /// The couriers' pauses before something comes again; what is longer is no such pause.
    private static let pauses = Duration.milliseconds(250)...Duration.seconds(10)

    func sleep(_ duration: Duration) async throws {
        guard Self.pauses.contains(duration) else { return try await Task.sleep(for: duration) }
        while !isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
    }
}

/// Where the sandbox's webhooks and button presses arrive.
final class Receiver: Sendable {
    struct Delivery: Sendable {
        let path: String, headers: [String: String], bytes: [UInt8]
        var json: JSON { (try? JSON(parsing: Data(bytes))) ?? .null }
        var event: String { json["event"]?.string ?? "" }
    }
    private let stream: AsyncStream<Delivery>, arrived: AsyncStream<Delivery>.Continuation
    private let ports: AsyncStream<Int>, bound: AsyncStream<Int>.Continuation
    private let address = Mutex(""), running = Mutex<ServiceGroup?>(nil)
    private let answers = Mutex<[(status: Int, body: String)]>([])

    init() {
        (stream, arrived) = AsyncStream.makeStream()
        (ports, bound) = AsyncStream.makeStream()
    }

    /// The next answers, in order; 200 with an empty body when there are no more.
    func answer(_ statuses: [Int], body: String = "") {
        answers.withLock { $0 += statuses.map { ($0, body) } }
    }

    func port() async -> Int {
        let port = await ports.first { _ in true } ?? 0
        address.withLock { $0 = "http://127.0.0.1:\(port)" }
        return port
    }

    /// Where it listens, without a final slash.
    var url: String { address.withLock { $0 } }

    /// The next `count` deliveries; fewer when they do not come within two minutes.
    func next(_ count: Int) async -> [Delivery] {
        if count == 0 { return [] }
        return await withTaskGroup(of: [Delivery].self) { group in
            group.addTask { [stream] in
                var found: [Delivery] = []
                for await delivery in stream {
                    found.append(delivery)
                    if found.count == count { break }
                }
                return found
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(120))
                return []
            }
            let first = await group.next() ?? []
            group.cancelAll()
            guard first.isEmpty, let rest = await group.next() else { return first }
            return rest
        }
    }

    func run() async throws {
        let router = Router()
        router.post("**") { [self] request, _ in
            let body = try await request.body.collect(upTo: 4 << 20)
            var headers: [String: String] = [:]
            for field in request.headers { headers[field.name.canonicalName] = field.value }
            let answer = answers.withLock { $0.isEmpty ? (200, "") : $0.removeFirst() }
            arrived.yield(Delivery(path: request.uri.path, headers: headers, bytes: Array(body.readableBytesView)))
            // Whoever takes a webhook's handshake gives its secret back.
            var echo: HTTPFields = [:]
            if let name = HTTPField.Name("X-Hook-Secret"), let secret = request.headers[name] { echo[name] = secret }
            return Response(
                status: .init(code: answer.0), headers: echo, body: .init(byteBuffer: ByteBuffer(string: answer.1)))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { [bound] channel in bound.yield(channel.localAddress?.port ?? 0) },
            logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(
            configuration: .init(
                services: [application], logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() }))
        running.withLock { $0 = group }
        try await group.run()
    }

    /// Lets what is being delivered arrive, then ends. A connection that is cut while it opens would end the process.
    func stop() async { await running.withLock { $0 }?.triggerGracefulShutdown() }
}
