import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging
import ServiceLifecycle

/// Tells endpoints what waits for them: signed, each at its time, again until it is taken or a day has passed.
package struct AnnouncementWorker: Service {
    let parts: EngineParts
    let wake: WakeSignal
    let post: GuardedPost
    static let pollMilliseconds = 1_000, keptDays: Int64 = 30
    static let trimEveryMilliseconds: Int64 = 60_000
    static let alertCause = "endpoint_disabled"
    /// Status that says: never again.
    static let gone = 410

    package init(parts: EngineParts, wake: WakeSignal) {
        self.parts = parts
        self.wake = wake
        let allowed = parts.settings.endpoints.allowed
        post = GuardedPost { EndpointAddress.isOpen($0, allowed: allowed) }
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var trimmedAt: Int64 = 0
            while !Task.isCancelled {
                do {
                    if parts.doors.now() - trimmedAt >= Self.trimEveryMilliseconds {
                        try await trim()
                        trimmedAt = parts.doors.now()
                    }
                    if try await tellDue() == 0 { try await parts.doors.sleep(.milliseconds(Self.pollMilliseconds)) }
                } catch is CancellationError { return } catch {
                    parts.logger.error("announcements could not be sent", metadata: ["why": "\(error)"])
                    try await parts.doors.sleep(.milliseconds(Self.pollMilliseconds))
                }
            }
        }
    }

    /// Returns how many were tried.
    package func tellDue() async throws -> Int {
        let now = parts.doors.now()
        // A read first: an idle server should not write.
        guard try await parts.database.read({ try EndpointStore(db: $0).isDue(now: now) }) else { return 0 }
        let taken = try await parts.database.write { try EndpointStore(db: $0).take(now: now) }
        guard !taken.isEmpty else { return 0 }
        let master = try SealingKey.load(parts.settings.endpoints.keyFolder)
        try await withThrowingTaskGroup { group in
            for one in taken { group.addTask { try await tell(one, master) } }
            try await group.waitForAll()
        }
        return taken.count
    }

    private func tell(_ one: AnnouncementRecord, _ master: Secret?) async throws {
        guard let endpoint = try await parts.database.read({ try EndpointStore(db: $0).find(one.endpointID) }),
            endpoint.isActive
        else { return }
        let secrets = secrets(endpoint, master)
        guard !secrets.isEmpty else {
            return try await failed(
                one, endpoint, status: nil,
                "its secret cannot be read; replace it: bureau endpoints rotate \(endpoint.id)")
        }
        let address: EndpointAddress
        do { address = try EndpointAddress(endpoint.url, allowed: parts.settings.endpoints.allowed) } catch {
            return try await failed(one, endpoint, status: nil, error.description)
        }
        let (bytes, seconds) = (Array(one.body.utf8), parts.doors.now() / 1_000)
        let headers = [
            "content-type": "application/json", "user-agent": "bureau", "webhook-id": one.eventID,
            "webhook-timestamp": String(seconds),
            "webhook-signature": AnnouncementSignature.header(
                id: one.eventID, timestamp: seconds, body: bytes, secrets: secrets),
        ]
        switch await post.send(bytes, to: address.url, host: address.host, port: address.port, headers: headers) {
        case .answered(let status) where (200...299).contains(status):
            let now = parts.doors.now()
            try await parts.database.write { try EndpointStore(db: $0).told(one, status: status, now: now) }
        case .answered(Self.gone):
            try await giveUp(
                one, endpoint, status: Self.gone, "it answered 410: it wants to be told no more", isLast: true)
        case .answered(let status):
            let why = (300...399).contains(status) ? "; redirects are not followed" : ""
            try await failed(one, endpoint, status: status, "it answered \(status)\(why)")
        case .refused(let why), .failed(let why): try await failed(one, endpoint, status: nil, why)
        }
    }

    private func secrets(_ endpoint: EndpointRecord, _ master: Secret?) -> [Secret] {
        guard let master else { return [] }
        let isBoth = endpoint.formerUntil.map { parts.doors.now() < $0 } ?? false
        return [endpoint.sealed, isBoth ? endpoint.formerSealed : nil].compactMap { text in
            text.flatMap { Data(base64Encoded: $0) }.flatMap {
                Secret(sealed: Array($0), under: master, context: EndpointDesk.context(endpoint.id))
            }
        }
    }

    // MARK: What did not work

    private func failed(_ one: AnnouncementRecord, _ endpoint: EndpointRecord, status: Int?, _ why: String) async throws
    {
        let now = parts.doors.now()
        guard let wait = AnnouncementSchedule.wait(tries: one.tries, jitter: parts.doors.jitter()) else {
            return try await giveUp(one, endpoint, status: status, why, isLast: false)
        }
        parts.logger.warning(
            "an endpoint was not told",
            metadata: [
                "endpoint": "\(endpoint.id)", "event": "\(one.eventID)", "why": "\(why)", "again_in_ms": "\(wait)",
            ])
        try await parts.database.write { db in
            let store = EndpointStore(db: db)
            try store.postpone(one, until: now + wait, status: status, error: String(why.prefix(500)))
            try store.failing(endpoint.id, now: now)
        }
    }

    private func giveUp(
        _ one: AnnouncementRecord, _ endpoint: EndpointRecord, status: Int?, _ why: String, isLast: Bool
    ) async throws {
        let now = parts.doors.now()
        let isLasting = try await parts.database.write { db in
            let store = EndpointStore(db: db)
            try store.giveUp(one, status: status, error: String(why.prefix(500)), now: now)
            try store.failing(endpoint.id, now: now)
            let since = try store.find(endpoint.id)?.failingSince ?? now
            return isLast || now - since >= AnnouncementSchedule.lastingFailureMilliseconds
        }
        if isLasting { try await disable(endpoint, why) }
    }

    private func disable(_ endpoint: EndpointRecord, _ why: String) async throws {
        let now = parts.doors.now()
        try await parts.database.write {
            try EndpointStore(db: $0).disable(endpoint.id, why: String(why.prefix(500)), now: now)
        }
        let isNew = try await SystemAlarm(parts: parts).raise(
            Self.alertCause, subject: endpoint.id,
            "The endpoint \(endpoint.url.prefix(200)) is told of nothing any more: \(why). "
                + "When it is well again: bureau endpoints enable \(endpoint.id).")
        if isNew { wake.raise() }
    }

    /// Old lines of the log go; an endpoint for which too much waits is left alone.
    func trim() async throws {
        let oldest = parts.doors.now() - Self.keptDays * 86_400_000
        try await parts.database.write { try EndpointStore(db: $0).forgetSettled(before: oldest) }
        let (full, endpoints) = try await parts.database.read {
            (try EndpointStore(db: $0).overfull(), try EndpointStore(db: $0).list())
        }
        for endpoint in endpoints where full.contains(endpoint.id) {
            try await disable(endpoint, "more than \(EndpointStore.pendingPerEndpointMax) announcements wait for it")
        }
    }
}
