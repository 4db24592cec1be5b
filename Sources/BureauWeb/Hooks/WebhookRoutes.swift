import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /webhook/:agent`: raw bytes in, a stored signal and its verdict out.
struct WebhookRoutes {
    let intake: WebhookIntake
    static let bodySecondsMax = 10

    func add(to router: Router<WebContext>) {
        router.post("/webhook/:agent") { request, context in
            let agent = context.parameters.get("agent") ?? ""
            var signal = WebhookIntake.Request(
                agent: agent, signature: request.headers[.xSignature], body: Data(),
                remoteAddress: context.sender(request))
            switch await Self.body(request) {
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

    /// A body within its limits of size and time.
    private static func body(_ request: Request) async -> Body {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > WebhookIntake.bodyBytesMax {
            return .tooLarge
        }
        return await withTaskGroup(of: Body?.self) { group in
            group.addTask {
                do {
                    var buffer = try await request.body.collect(upTo: WebhookIntake.bodyBytesMax)
                    return .whole(Data(buffer.readBytes(length: buffer.readableBytes) ?? []))
                } catch let error as HTTPError where error.status == .contentTooLarge {
                    return .tooLarge
                } catch is CancellationError {
                    return nil
                } catch {
                    return error is NIOTooManyBytesError ? .tooLarge : .broken
                }
            }
            group.addTask {
                do { try await Task.sleep(for: .seconds(bodySecondsMax)) } catch { return nil }
                return .tooSlow
            }
            defer { group.cancelAll() }
            return await group.next().flatMap { $0 } ?? .broken
        }
    }

    private static func answer(_ answer: WebhookAnswer) -> Response {
        Response(
            status: .init(code: answer.status), headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: answer.json)))
    }
}
