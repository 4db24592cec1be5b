import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// One listener's server-sent events: what happens from now on, no replay.
struct EventStream {
    let session: Session
    let context: SandboxContext

    func response(to request: Request) -> Response {
        // Listening begins before the head is sent, so a client that has seen it misses nothing.
        let listener = Listener(session)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                if context.frame?.options.isInProcess == true {
                    try await write(listener, to: &writer)
                } else {
                    try await request.body.consumeWithCancellationOnInboundClose { _ in
                        try await write(listener, to: &writer)
                    }
                }
                try await writer.finish(nil)
            })
    }

    @concurrent
    private func write(_ listener: Listener, to writer: inout any ResponseBodyWriter) async throws {
        let settings = session.with { $0.settings }
        context.frame?.background.start { [weak listener, context] in
            while (try? await context.pause(.milliseconds(settings.heartbeatMilliseconds))) != nil {
                guard let listener else { return }
                listener.beat()
            }
        }
        for await item in listener.items.cancelOnGracefulShutdown() {
            switch item {
            case .frame(let frame):
                try await send(frame, settings, to: &writer)
            case .cut(let part):
                try await send(part, settings, to: &writer)
                return await context.cutConnection()
            }
        }
    }

    /// Sends a frame whole or in pieces that pay no heed to lines or characters.
    @concurrent
    private func send(
        _ frame: ByteBuffer, _ settings: ScenarioSettings, to writer: inout any ResponseBodyWriter
    ) async throws {
        guard let size = settings.chunkBytes else { return try await writer.write(frame) }
        var rest = frame
        while let piece = rest.readSlice(length: min(size, rest.readableBytes)), piece.readableBytes > 0 {
            try await writer.write(piece)
            if settings.chunkDelayMilliseconds > 0 {
                try await context.pause(.milliseconds(settings.chunkDelayMilliseconds))
            }
        }
    }
}

/// A place in the session's list of listeners, given up when the answer that holds it goes away.
final class Listener: Sendable {
    /// A listener this far behind is cut off, as a slow reader would be.
    static let backlogMax = 20_000

    let items: AsyncStream<SessionState.StreamItem>
    private let continuation: AsyncStream<SessionState.StreamItem>.Continuation
    private let session: Session
    private let number: Int

    init(_ session: Session) {
        let (items, continuation) = AsyncStream.makeStream(
            of: SessionState.StreamItem.self, bufferingPolicy: .bufferingOldest(Self.backlogMax))
        (self.session, self.items, self.continuation) = (session, items, continuation)
        number = session.with { state in
            state.subscribersEver += 1
            if state.status == .terminated {
                continuation.finish()
            } else {
                state.subscribers[state.subscribersEver] = continuation
            }
            return state.subscribersEver
        }
    }

    /// A comment line, as a sign of life.
    func beat() { continuation.yield(.frame(ByteBuffer(string: ": heartbeat\n\n"))) }

    deinit {
        let number = number
        session.with { _ = $0.subscribers.removeValue(forKey: number) }
        continuation.finish()
    }
}
