import BureauEngine
import Hummingbird
import NIOCore

/// `/health` as the PRD has it, and `/metrics` as Prometheus reads it.
struct HealthRoutes {
    let status: ServerStatus

    var routes: [Route] {
        [
            .open(.get, "/health", .probe) { _ in
                let health = await status.health()
                return Response(
                    status: health.isWell ? .ok : .serviceUnavailable,
                    headers: [.contentType: "application/json", .cacheControl: "no-store"],
                    body: .init(byteBuffer: ByteBuffer(string: health.json)))
            },
            .open(.get, "/metrics", .probe) { _ in
                Response(
                    status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                    body: .init(byteBuffer: ByteBuffer(string: await status.metrics())))
            },
        ]
    }
}
