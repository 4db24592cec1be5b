import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded

@testable import BureauSandbox
@testable import BureauVendors

/// Hands requests to the stand-ins' routes without a socket. A request that is under way at the stand-in is carried
/// out there even when its sender dies meanwhile; only the answer is lost, as on a wire.
struct InProcessTransport: BureauVendors.Transport {
    let responder: any HTTPResponder<SandboxContext>
    let scheduler: Scheduler
    let life: ServerLife
    let trace: Trace

    /// Longest silence within an answer before it counts as lost, as in `HTTPTransport`.
    static let silenceMilliseconds: Int64 = 90_000
    private static let logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }

    func send(_ request: VendorRequest) async throws(VendorError) -> VendorResponse {
        do {
            try await life.step()
            try request.checkTime()
            let wire = try Wire(request, mutation: life.mutation)
            if life.mutation == .silentAlerts, wire.isAlert { return Self.swallowed }
            let answer = try await exchange(request, wire)
            try await life.step()
            return VendorResponse(
                status: answer.status, headers: VendorHeaders(answer.headers),
                body: life.mutation.map { wire.changed(answer.body, $0) } ?? answer.body)
        } catch {
            trace.line(life.owner, "\(request.vendor.rawValue) \(request.operation)", "no answer")
            throw TransportFailure.error(from: error, request: request)
        }
    }

    /// What Slack says of a message, when nobody will ever see it.
    private static let swallowed = VendorResponse(
        status: 200, headers: VendorHeaders([]), body: Array(#"{"ok":true,"channel":"C0ALERTS","ts":"1.000100"}"#.utf8))

    private struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let body: [UInt8]
    }

    private func exchange(_ request: VendorRequest, _ wire: Wire) async throws -> Answer {
        let reply = Reply<Answer>()
        // It has to go on when the sender is gone: it happens at the vendor.
        Task {
            let context = Self.context()
            defer { Self.giveBack(context) }
            do {
                let response = try await responder.respond(to: wire.request, context: context)
                let collector = BodyCollector()
                try await response.body.write(collector)
                let body = Array(collector.collected.readableBytesView)
                let announced = response.headers[.contentLength].flatMap { Int($0) } ?? body.count
                guard context.channel.isActive, announced == body.count else {
                    return reply.settle(.failure(HTTPClientError.remoteConnectionClosed))
                }
                reply.settle(
                    .success(Answer(status: Int(response.status.code), headers: Self.fields(response), body: body)))
            } catch let error as any HTTPResponseError {
                reply.settle(.success(Answer(status: Int(error.status.code), headers: [], body: [])))
            } catch { reply.settle(.failure(HTTPClientError.remoteConnectionClosed)) }
        }
        let alarm = scheduler.after(Int64(request.timeoutSeconds * 1_000)) {
            if $0 { reply.settle(.failure(TransportFailure.TimedOut())) }
        }
        defer { scheduler.takeBack(alarm) }
        let answer = try await reply.value
        trace.line(life.owner, "\(request.vendor.rawValue) \(request.operation)", "\(answer.status)")
        return answer
    }

    func open(_ request: VendorRequest) async throws(VendorError) -> VendorByteStream {
        do {
            try await life.step()
            try request.checkTime()
            let wire = try Wire(request, mutation: life.mutation)
            let head = Reply<Answer>()
            let (chunks, writer) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
            let silence = SilenceAlarm(scheduler, milliseconds: Self.silenceMilliseconds) {
                writer.finish(throwing: HTTPClientError.readTimeout)
            }
            // The vendor's side of the connection; it ends when the reader lets go.
            let serving = Task {
                let context = Self.context()
                do {
                    let response = try await responder.respond(to: wire.request, context: context)
                    guard context.channel.isActive else { throw HTTPClientError.remoteConnectionClosed }
                    head.settle(
                        .success(Answer(status: Int(response.status.code), headers: Self.fields(response), body: [])))
                    let announced = response.headers[.contentLength].flatMap { Int($0) }
                    let body = StreamWriter(writer: writer, silence: silence)
                    try await response.body.write(body)
                    guard context.channel.isActive, announced.map({ $0 == body.bytes }) ?? true else {
                        throw HTTPClientError.remoteConnectionClosed
                    }
                    writer.finish()
                } catch {
                    head.settle(.failure(error))
                    writer.finish(throwing: HTTPClientError.remoteConnectionClosed)
                }
                silence.stop()
            }
            writer.onTermination = { _ in
                silence.stop()
                serving.cancel()
            }
            let alarm = scheduler.after(Int64(request.timeoutSeconds * 1_000)) {
                if $0 { head.settle(.failure(TransportFailure.TimedOut())) }
            }
            defer { scheduler.takeBack(alarm) }
            let answer: Answer
            do { answer = try await head.value } catch {
                writer.finish()
                throw error
            }
            trace.line(life.owner, "\(request.vendor.rawValue) \(request.operation)", "\(answer.status)")
            try await life.step()
            return VendorByteStream(
                status: answer.status, headers: VendorHeaders(answer.headers), request: request,
                body: .stream(LivingChunks(chunks: chunks, life: life)))
        } catch {
            throw TransportFailure.error(from: error, request: request)
        }
    }

    static func context() -> SandboxContext {
        SandboxContext(source: ApplicationRequestContextSource(channel: connected(), logger: logger))
    }

    /// Used again for the next request unless a fault has closed them: making one is dear, and nothing goes through it.
    nonisolated(unsafe) private static var idle: [EmbeddedChannel] = []  // The simulation has one thread.

    private static func giveBack(_ context: SandboxContext) {
        guard let channel = context.channel as? EmbeddedChannel, channel.isActive else { return }
        idle.append(channel)
    }

    private static func connected() -> EmbeddedChannel {
        if let channel = idle.popLast() { return channel }
        let channel = EmbeddedChannel()
        // Only marks it as open: nothing is ever read from it or written to it.
        channel.connect(to: address, promise: nil)
        return channel
    }
    private static let address = try! SocketAddress(ipAddress: "127.0.0.1", port: 1)  // A literal that parses.

    private static func fields(_ response: Response) -> [(name: String, value: String)] {
        response.headers.map { ($0.name.rawName, $0.value) }
    }
}

/// One answer, of which the first outcome counts.
final class Reply<Value: Sendable>: @unchecked Sendable {  // The simulation has one thread.
    private var outcome: Result<Value, any Error>?
    private var waiter: CheckedContinuation<Result<Value, any Error>, Never>?

    func settle(_ new: Result<Value, any Error>) {
        guard outcome == nil else { return }
        outcome = new
        waiter?.resume(returning: new)
        waiter = nil
    }

    var value: Value {
        get async throws {
            try await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    if let outcome { continuation.resume(returning: outcome) } else { waiter = continuation }
                }
            } onCancel: {
                settle(.failure(CancellationError()))
            }.get()
        }
    }
}

/// Rings when nothing came for so long.
final class SilenceAlarm: @unchecked Sendable {  // The simulation has one thread.
    private let scheduler: Scheduler, milliseconds: Int64
    private let ring: () -> Void
    private var number: Int?
    private var heard = false

    init(_ scheduler: Scheduler, milliseconds: Int64, _ ring: @escaping () -> Void) {
        (self.scheduler, self.milliseconds, self.ring) = (scheduler, milliseconds, ring)
        set()
    }

    func hear() { heard = true }

    func stop() {
        number.map(scheduler.takeBack)
        number = nil
    }

    /// Set anew once per period, not per sign: it rings after one to two periods of silence.
    private func set() {
        heard = false
        number = scheduler.after(milliseconds) { [weak self] isTime in
            guard isTime, let self else { return }
            if heard { set() } else { ring() }
        }
    }
}

private final class StreamWriter: ResponseBodyWriter, @unchecked Sendable {  // The simulation has one thread.
    let writer: AsyncThrowingStream<ByteBuffer, any Error>.Continuation
    let silence: SilenceAlarm
    private(set) var bytes = 0

    init(writer: AsyncThrowingStream<ByteBuffer, any Error>.Continuation, silence: SilenceAlarm) {
        (self.writer, self.silence) = (writer, silence)
    }

    func write(_ buffer: ByteBuffer) async throws {
        bytes += buffer.readableBytes
        silence.hear()
        if case .terminated = writer.yield(buffer) { throw CancellationError() }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// The reader's side of a stream: a dead server reads no further.
private struct LivingChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let chunks: AsyncThrowingStream<ByteBuffer, any Error>
    let life: ServerLife

    func makeAsyncIterator() -> Iterator { Iterator(chunks: chunks.makeAsyncIterator(), life: life) }

    struct Iterator: AsyncIteratorProtocol {
        var chunks: AsyncThrowingStream<ByteBuffer, any Error>.AsyncIterator
        let life: ServerLife

        mutating func next() async throws -> ByteBuffer? { try await next(isolation: #isolation) }

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
            let chunk = try await chunks.next(isolation: actor)
            try await life.step()
            return chunk
        }
    }
}
