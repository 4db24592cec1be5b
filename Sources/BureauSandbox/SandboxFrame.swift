import Foundation
import ServiceLifecycle
import Synchronization

/// What all stand-ins of one sandbox share: faults, the request log, the way to work in the background, addresses.
final class SandboxFrame: Sendable {
    let options: SandboxOptions
    let faults: FaultPlan
    let log: RequestLog
    let background = BackgroundWork()
    let readiness = Readiness()
    private let product: Mutex<String?>

    init(_ options: SandboxOptions) {
        self.options = options
        faults = FaultPlan(seed: options.seed)
        log = RequestLog()
        product = Mutex(options.productURL)
    }

    /// Where webhooks go, without a trailing slash; nil until someone says.
    var productURL: String? {
        get { product.withLock { $0 } }
        set { product.withLock { $0 = newValue.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } } }
    }

    /// The sandbox's own address as people see it, without a trailing slash.
    var baseURL: String {
        options.publicBaseURL ?? "http://127.0.0.1:\(readiness.portIfKnown ?? options.port)"
    }
}

/// Work that outlives the request that caused it: sessions, webhook deliveries. Ends with the sandbox.
final class BackgroundWork: Service {
    private let jobs: AsyncStream<@Sendable () async -> Void>
    private let add: AsyncStream<@Sendable () async -> Void>.Continuation

    init() {
        (jobs, add) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(10_000))
    }

    /// Starts `job` soon. Jobs started after shutdown never run.
    func start(_ job: @escaping @Sendable () async -> Void) {
        add.yield(job)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [jobs] in
            await withDiscardingTaskGroup { group in
                for await job in jobs { group.addTask { await job() } }
                group.cancelAll()
            }
        }
    }
}

/// Resolves to the bound port once the server listens, and knows how to stop it.
final class Readiness: Sendable {
    struct NotRunning: Error, CustomStringConvertible {
        var description: String { "The sandbox ended before it listened on a port." }
    }
    private struct State {
        var outcome: Result<Int, NotRunning>?
        var waiting: [CheckedContinuation<Int, any Error>] = []
        var stop: (@Sendable () async -> Void)?
    }
    private let state = Mutex(State())

    var port: Int {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state -> Result<Int, NotRunning>? in
                    if state.outcome == nil { state.waiting.append(continuation) }
                    return state.outcome
                }
                if let known { continuation.resume(with: known.mapError { $0 }) }
            }
        }
    }

    var portIfKnown: Int? { state.withLock { try? $0.outcome?.get() } }

    func succeed(_ port: Int?) {
        guard let port else { return end() }
        settle(.success(port), replacing: false)
    }

    func end() { settle(.failure(NotRunning()), replacing: true) }

    func onStop(_ stop: @escaping @Sendable () async -> Void) { state.withLock { $0.stop = stop } }

    func stop() async { await state.withLock { $0.stop }?() }

    private func settle(_ outcome: Result<Int, NotRunning>, replacing: Bool) {
        let waiting = state.withLock { state -> [CheckedContinuation<Int, any Error>] in
            if state.outcome == nil || replacing { state.outcome = outcome }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(with: outcome.mapError { $0 }) }
    }
}
