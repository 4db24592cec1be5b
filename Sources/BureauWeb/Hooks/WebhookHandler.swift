import BureauEngine
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// `POST /webhook/:agent` on one connection: raw bytes in, a stored signal and its verdict out.
///
/// It stands before the framework's asynchronous pipeline, which costs more than all the rest of a webhook. Whatever
/// else comes on the connection goes on to the framework. Answers keep the order of their requests: while one is being
/// made, what comes after it waits here and nothing more is read.
final class WebhookHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum Stage {
        case free
        /// The framework's request: whether its last byte has come, and the last of its answer has left.
        case passing(isWhole: Bool, isAnswered: Bool)
        case collecting(Incoming)
        /// Its answer is being made. What else comes of a body that was refused is thrown away.
        case answering(isWhole: Bool)

        /// Whether the next request has to wait.
        var holds: Bool {
            switch self {
            case .free, .collecting: false
            case .passing(let isWhole, _), .answering(let isWhole): isWhole
            }
        }

        /// Whether a webhook that came whole is being answered here.
        var isOurs: Bool { if case .answering(isWhole: true) = self { true } else { false } }

        var isAnswering: Bool { if case .answering = self { true } else { false } }
    }

    private struct Incoming {
        var request: WebhookIntake.Request
        var body: ByteBuffer
        var closes: Bool
        var clock: Scheduled<Void>
    }

    private let intake: WebhookIntake
    private let executor: any TaskExecutor
    private var stage = Stage.free
    private var held = CircularBuffer<HTTPRequestPart>()
    private var readIsHeld = false
    private var endIsHeld = false
    static let bodySecondsMax: Int64 = 10

    init(intake: WebhookIntake, executor: any TaskExecutor) {
        self.intake = intake
        self.executor = executor
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        // Of one read of the socket, so never more than its buffer holds.
        guard !stage.holds, held.isEmpty else { return held.append(part) }
        take(part, context)
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch (stage, part) {
        case (.free, .head(let head)):
            if let agent = Self.agent(head) {
                begin(head, agent: agent, context)
            } else {
                stage = .passing(isWhole: false, isAnswered: false)
                context.fireChannelRead(wrapInboundOut(part))
            }
        case (.passing(_, let isAnswered), .end):
            stage = isAnswered ? .free : .passing(isWhole: true, isAnswered: false)
            context.fireChannelRead(wrapInboundOut(part))
        case (.passing, _), (.free, _): context.fireChannelRead(wrapInboundOut(part))
        case (.collecting(var incoming), .body(var bytes)):
            guard incoming.body.readableBytes + bytes.readableBytes <= WebhookIntake.bodyBytesMax else {
                return refuse(incoming, 413, Self.tooLarge, context)
            }
            incoming.body.writeBuffer(&bytes)
            stage = .collecting(incoming)
        case (.collecting(var incoming), .end):
            incoming.clock.cancel()
            incoming.request.body = Data(incoming.body.readableBytesView)
            stage = .answering(isWhole: true)
            let (intake, request) = (intake, incoming.request)
            answer(context, closes: incoming.closes) { await intake.accept(request) }
        case (.answering, .end): stage = .answering(isWhole: true)
        case (.answering, _), (.collecting, .head): break
        }
    }

    // MARK: One webhook

    /// The agent a webhook is for; nil when the request is none.
    private static func agent(_ head: HTTPRequest) -> String? {
        guard head.method == .post, let path = head.path?.prefix(while: { $0 != "?" }), path.hasPrefix("/webhook/")
        else { return nil }
        let name = path.dropFirst("/webhook/".count)
        guard !name.isEmpty, !name.contains("/") else { return nil }
        return String(name)
    }

    private static let tooLarge = "the body is larger than 1 MiB"

    private func begin(_ head: HTTPRequest, agent: String, _ context: ChannelHandlerContext) {
        let request = WebhookIntake.Request(
            agent: agent, signature: head.headerFields[.xSignature], body: Data(),
            remoteAddress: Sender.of(head.headerFields, direct: context.remoteAddress))
        let length = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
        let clock = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Self.bodySecondsMax)) { [self] in
            guard case .collecting(let incoming) = stage else { return }
            refuse(incoming, 408, "the body did not arrive within \(Self.bodySecondsMax) s", context)
        }
        let incoming = Incoming(
            request: request, body: ByteBuffer(), closes: head.headerFields[.connection]?.lowercased() == "close",
            clock: clock)
        guard length <= WebhookIntake.bodyBytesMax else { return refuse(incoming, 413, Self.tooLarge, context) }
        stage = .collecting(incoming)
    }

    private func refuse(_ incoming: Incoming, _ status: Int, _ why: String, _ context: ChannelHandlerContext) {
        incoming.clock.cancel()
        stage = .answering(isWhole: false)
        let (intake, request) = (intake, incoming.request)
        answer(context, closes: true) { await intake.refuse(request, status: status, why) }
    }

    private func answer(
        _ context: ChannelHandlerContext, closes: Bool, _ make: @escaping @Sendable () async -> WebhookAnswer
    ) {
        let answered = context.eventLoop.makePromise(of: WebhookAnswer.self)
        Task(executorPreference: executor) { answered.succeed(await make()) }
        answered.futureResult.assumeIsolated().whenSuccess { [self] answer in
            send(answer, closes: closes, context)
        }
    }

    private func send(_ answer: WebhookAnswer, closes: Bool, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let bytes = ByteBuffer(string: answer.json)
        var head = HTTPResponse(
            status: .init(code: answer.status),
            headerFields: [.contentType: "application/json", .contentLength: String(bytes.readableBytes)])
        if closes { head.headerFields[.connection] = "close" }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(bytes)), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        if closes { written.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) } }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        if !closes { goOn(context) }
    }

    // MARK: Order

    /// The framework's answers pass here: after its last part the next request may come.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        context.write(data, promise: promise)
        if isEnd, case .passing(let isWhole, _) = stage {
            // An early answer: the rest of its request still belongs to the framework.
            if isWhole { goOn(context) } else { stage = .passing(isWhole: false, isAnswered: true) }
        }
    }

    /// What waited, in its order.
    private func goOn(_ context: ChannelHandlerContext) {
        stage = .free
        while !stage.holds, let part = held.popFirst() { take(part, context) }
        // The framework takes up what it was given only now.
        context.fireChannelReadComplete()
        guard !stage.isOurs, held.isEmpty else { return }
        if readIsHeld {
            readIsHeld = false
            context.read()
        }
        if endIsHeld {
            endIsHeld = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    /// While the framework answers, the socket is read on until something waits: only so is it noticed that whoever
    /// follows a live page has gone, before something is written to them.
    func read(context: ChannelHandlerContext) {
        if stage.isOurs || !held.isEmpty { readIsHeld = true } else { context.read() }
    }

    /// A sender of a webhook that has said all it will say still waits for its answer.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event, stage.isAnswering || !held.isEmpty {
            endIsHeld = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// What is no HTTP: a webhook of which the head was read is kept as refused, like any other; of the rest only some
    /// are, since the sender is all that is known of them.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let why = "the request is not well-formed HTTP/1.1, or its headers are larger than allowed"
        switch stage {
        case _ where error is IOError: context.fireErrorCaught(error)
        case .collecting(let incoming): refuse(incoming, 400, why, context)
        case .free where held.isEmpty:
            stage = .answering(isWhole: false)
            let (intake, sender) = (intake, Sender.of([:], direct: context.remoteAddress))
            answer(context, closes: true) { await intake.turnAway(from: sender, why) }
        // What comes after the first mistake is one more. The answer to the first closes the connection.
        case .answering(isWhole: false): break
        case .free, .passing, .answering: context.fireErrorCaught(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .collecting(let incoming) = stage { incoming.clock.cancel() }
        held.removeAll()
        context.fireChannelInactive()
    }
}
