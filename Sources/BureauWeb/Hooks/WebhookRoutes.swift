import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /webhook/:agent`: raw bytes in, a stored signal and its verdict out.
struct WebhookRoutes {
    let intake: WebhookIntake
    static let bodySecondsMax: Int64 = 10

    func add(to router: Router<WebContext>) {
        router.post("/webhook/:agent") { request, context in
            let agent = context.parameters.get("agent") ?? ""
            var signal = WebhookIntake.Request(
                agent: agent, signature: request.headers[.xSignature], body: Data(),
                remoteAddress: context.sender(request))
            switch await Self.body(request, on: context.channel) {
            case .whole(let bytes): signal.body = bytes
            case .tooLarge:
                return Self.answer(await intake.refuse(signal, status: 413, "the body is larger than 1 MiB"))
            case .tooSlow:
                return Self.answer(
                    await intake.refuse(
                        signal, status: 408, "the body did not arrive within \(Self.bodySecondsMax) s"))
            case .broken: return Self.answer(await intake.refuse(signal, status: 400, "the body could not be read"))
            }
            return Self.answer(await intake.accept(signal))
        }
    }

    private enum Body: Sendable {
        case whole(Data)
        case tooLarge, tooSlow, broken
    }

    private struct TooSlow: Error {}

    /// A body within its limits of size and time. The clock is the connection's own loop: no task, no thread.
    private static func body(_ request: Request, on channel: any Channel) async -> Body {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > WebhookIntake.bodyBytesMax {
            return .tooLarge
        }
        let clock = channel.eventLoop.scheduleTask(in: .seconds(bodySecondsMax)) {
            channel.pipeline.fireErrorCaught(TooSlow())
        }
        defer { clock.cancel() }
        do {
            let bytes = try await request.body.collect(upTo: WebhookIntake.bodyBytesMax)
            return .whole(Data(bytes.readableBytesView))
        } catch is TooSlow {
            return .tooSlow
        } catch let error as HTTPError where error.status == .contentTooLarge {
            return .tooLarge
        } catch {
            return error is NIOTooManyBytesError ? .tooLarge : .broken
        }
    }

    private static func answer(_ answer: WebhookAnswer) -> Response {
        Response(
            status: .init(code: answer.status), headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: answer.json)))
    }
}
