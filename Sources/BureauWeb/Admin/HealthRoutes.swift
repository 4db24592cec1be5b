import BureauEngine
import Hummingbird
import NIOCore

/// `/health` as the PRD has it, `/ready` for whoever decides where to send work, and `/metrics` as Prometheus reads it.
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
            .open(.get, "/ready", .probe) { _ in
                let isReady = await status.isReady()
                return Response(
                    status: isReady ? .ok : .serviceUnavailable,
                    headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
                    body: .init(byteBuffer: ByteBuffer(string: isReady ? "ok\n" : "not ready\n")))
            },
            .open(.get, "/metrics", .probe) { _ in
                Response(
                    status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                    body: .init(byteBuffer: ByteBuffer(string: await status.metrics())))
            },
        ]
    }
}
