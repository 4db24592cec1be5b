import BureauEngine
import Hummingbird
import NIOCore

/// `/health` as the PRD has it, and `/metrics` as Prometheus reads it.
struct HealthRoutes {
    let status: ServerStatus

    func add(to router: Router<WebContext>) {
        router.get("/health") { _, _ in
            let health = await status.health()
            return Response(
                status: health.isWell ? .ok : .serviceUnavailable,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: health.json)))
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: await status.metrics())))
        }
    }
}
