import BureauDomain
import BureauStorage
package import BureauVendors
package import Foundation
import Logging

/// Takes what Asana sends to a webhook's path: the handshake of a webhook we are making, and signed deliveries. What it
/// answers with 200 is on disk, as raw bytes; looking at tasks comes later.
package struct AsanaIntake: Sendable {
    package struct Request: Sendable {
        let path: String
        /// `X-Hook-Secret`: only a handshake has it.
        let secret: Secret?
        /// `X-Hook-Signature`.
        let signature: String?
        let body: Data
        let remoteAddress: String

        /// The headers as they came.
        package init(path: String, secret: String?, signature: String?, body: Data, remoteAddress: String) {
            self.path = path
            self.secret = secret.map { Secret($0) }
            self.signature = signature
            self.body = body
            self.remoteAddress = remoteAddress
        }
    }

    package enum Answer: Hashable, Sendable {
        case ok
        /// The caller sends the secret back as it came.
        case shake
        case refused(Int, String)
    }

    /// Asana publishes no maximum.
    package static let bodyBytesMax = 4 << 20
    /// Our own writes come back within this time; what our user does otherwise is a person using its account.
    static let echoMilliseconds: Int64 = 15 * 60_000

    let parts: EngineParts
    let key: @Sendable () -> Secret?
    let wake: @Sendable () -> Void

    package init(parts: EngineParts, key: @escaping @Sendable () -> Secret?, wake: @escaping @Sendable () -> Void) {
        self.parts = parts
        self.key = key
        self.wake = wake
    }

    /// Never throws: what could not be stored is answered 503, so that Asana sends it again.
    package func accept(_ request: Request) async -> Answer {
        do {
            guard Self.isPath(request.path),
                let hook = try await parts.database.read({ try AsanaHookStore(db: $0).find(request.path) }),
                hook.state != .retired
            else { return .refused(404, "there is no such webhook") }
            if let secret = request.secret { return try await shake(secret, hook) }
            return try await deliver(request, hook)
        } catch {
            parts.logger.error("a delivery of Asana could not be stored", metadata: ["why": "\(error)"])
            return .refused(503, "the delivery could not be stored; send it again")
        }
    }

    private static func isPath(_ path: String) -> Bool {
        (32...64).contains(path.utf8.count)
            && path.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// Anybody may try this, so it counts only while our own creation is under way, and only once.
    private func shake(_ secret: Secret, _ hook: AsanaHookRecord) async throws -> Answer {
        guard !secret.isEmpty, let master = key() else { return .refused(503, "no sealing key is there yet") }
        let sealed = Data(try secret.sealed(under: master, context: Self.context(hook.path)))
        let now = parts.doors.now()
        if try await parts.database.write({ try AsanaHookStore(db: $0).keep(secret: sealed, for: hook.path, now: now) })
        {
            return .shake
        }
        // A handshake that Asana sends again, since our answer was lost.
        if hook.state == .pending, let known = try await known(hook), known.isSame(as: secret) { return .shake }
        parts.logger.warning("a handshake nobody waited for was refused", metadata: ["project": "\(hook.projectID)"])
        return .refused(403, "no handshake is expected here")
    }

    func known(_ hook: AsanaHookRecord) async throws -> Secret? {
        guard let master = key(),
            let sealed = try await parts.database.read({ try AsanaHookStore(db: $0).secret(hook.path) })
        else { return nil }
        return Secret(sealed: Array(sealed), under: master, context: Self.context(hook.path))
    }

    static func context(_ path: String) -> String { "asana webhook \(path)" }

    private func deliver(_ request: Request, _ hook: AsanaHookRecord) async throws -> Answer {
        guard let secret = try await known(hook),
            AsanaSignature.isValid(request.signature, body: Array(request.body), secret: secret)
        else {
            try await refuse(request, hook, "the signature is missing or wrong")
            return .refused(403, "the signature is missing or wrong")
        }
        let own = try await parts.database.read { try AsanaEcho.ownUser($0, account: hook.account) }
        let now = parts.doors.now()
        // A signed body in a shape nobody knows is kept all the same, and answered.
        guard let digest = AsanaDigest(body: request.body, ownUser: own, projects: parts.catalog.asanaProjects) else {
            try await keep(request, hook, event: nil, .ignored(because: "it is not a list of events"), now)
            return .ok
        }
        guard digest.eventsCount > 0 else {
            try await keep(request, hook, event: "heartbeat", .ignored(because: "it is a heartbeat"), now)
            return .ok
        }
        let signal = signal(request, hook, event: digest.words.joined(separator: ", "))
        let verdict = try await parts.database.write { db -> Verdict? in
            try AsanaHookStore(db: db).heard(hook.path, now: now)
            guard try !isKnown(signal, db) else { return nil }
            return try take(digest, signal, hook, now, db)
        }
        if let verdict { parts.counters.add(.signals, ["verdict": verdict.name]) }
        wake()
        return .ok
    }

    /// Keeps the signal and what is to be looked at for it.
    func take(
        _ digest: AsanaDigest, _ signal: NewSignal, _ hook: AsanaHookRecord, _ now: Int64, _ db: any Connection
    ) throws -> Verdict {
        // The row first: hints refer to it. Its verdict is known only after them.
        let parked = Verdict.parked(because: "its tasks are to be looked at")
        try SignalStore(db: db).insert(signal, verdict: parked, now: now)
        let count = try AsanaHintWriter(db: db, account: hook.account, now: now).write(digest, signal: signal.id)
        guard count == 0 else { return parked }
        let verdict = Verdict.ignored(because: "nothing in it concerns an agent")
        try db.execute(
            "UPDATE signal SET verdict = ?, reason = ? WHERE id = ?", [verdict.name, verdict.reason, signal.id])
        return verdict
    }

    private func isKnown(_ signal: NewSignal, _ db: any Connection) throws -> Bool {
        try db.first(
            "SELECT 1 AS one FROM signal WHERE source = 'asana' AND delivery_key = ?", [signal.deliveryKey]) != nil
    }

    private func keep(
        _ request: Request, _ hook: AsanaHookRecord, event: String?, _ verdict: Verdict, _ now: Int64
    ) async throws {
        var signal = signal(request, hook, event: event)
        signal.deliveryKey = nil
        let kept = signal
        try await parts.database.write { db in
            try AsanaHookStore(db: db).heard(hook.path, now: now)
            try SignalStore(db: db).insert(kept, verdict: verdict, now: now)
        }
        parts.counters.add(.signals, ["verdict": verdict.name])
    }

    private func refuse(_ request: Request, _ hook: AsanaHookRecord, _ why: String) async throws {
        var signal = signal(request, hook, event: nil)
        signal.body = signal.body.prefix(WebhookIntake.refusedBytesKept)
        signal.deliveryKey = nil
        let (kept, now) = (signal, parts.doors.now())
        parts.counters.add(.signals, ["verdict": "refused"])
        parts.logger.warning(
            "a delivery of Asana was refused", metadata: ["why": "\(why)", "from": "\(kept.remoteAddress)"])
        try await parts.database.write {
            try SignalStore(db: $0).insert(kept, verdict: .refused(because: why), now: now)
        }
    }

    private func signal(_ request: Request, _ hook: AsanaHookRecord, event: String?) -> NewSignal {
        let hash = Hex.sha256(request.body)
        return NewSignal(
            id: parts.doors.makeID(), agent: "asana-\(hook.projectID)",
            remoteAddress: String(request.remoteAddress.prefix(80)), body: request.body,
            bodyBytes: request.body.count, bodyHash: hash, event: event.map { String($0.prefix(80)) },
            deliveryKey: "\(hook.path)/\(hash)", source: "asana")
    }
}
