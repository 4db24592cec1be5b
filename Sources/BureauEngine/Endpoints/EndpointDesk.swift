package import BureauDomain
package import BureauStorage
import BureauVendors
package import Foundation

package struct NewEndpoint: Sendable, Hashable {
    package var url: String
    package var label: String
    package var tellsRuns: Bool
    package var tellsApprovals: Bool
    package var client: String?

    package init(url: String, label: String = "", tellsRuns: Bool, tellsApprovals: Bool, client: String? = nil) {
        (self.url, self.label, self.client) = (url, label, client)
        (self.tellsRuns, self.tellsApprovals) = (tellsRuns, tellsApprovals)
    }
}

/// Where endpoints' secrets are sealed, and which closed addresses may be called all the same.
package struct EndpointSettings: Sendable {
    package var keyFolder: URL
    package var allowed: [AddressRange]
    package init(keyFolder: URL, allowed: [AddressRange] = []) { (self.keyFolder, self.allowed) = (keyFolder, allowed) }
}

/// What people ask of endpoints, the same behind the command line, the API and the pages. Every change is in the audit
/// log, in the same transaction.
package struct EndpointDesk: Sendable {
    let database: any Database
    let doors: Doors
    let settings: EndpointSettings
    /// For so long announcements are signed under both secrets after a new one was made.
    package static let formerHours: Int64 = 24
    package static let logMax = 200

    package init(database: any Database, doors: Doors, settings: EndpointSettings) {
        (self.database, self.doors, self.settings) = (database, doors, settings)
    }

    package struct Refused: Error, Sendable, CustomStringConvertible {
        package var isMissing = false
        package let description: String
        package let fix: String
    }

    package func list(visible: Set<String>? = nil) async throws -> [EndpointRecord] {
        try await database.read { try EndpointStore(db: $0).list() }.filter { Self.isVisible($0, visible) }
    }

    /// By its id or its first characters (at least six).
    package func find(_ idOrPrefix: String, visible: Set<String>? = nil) async throws -> EndpointRecord {
        let text = idOrPrefix.uppercased()
        let isPlain = text.count >= 6 && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        let found = isPlain ? try await database.read { try EndpointStore(db: $0).beginning(with: text) } : []
        guard let only = found.first, found.count == 1, Self.isVisible(only, visible) else {
            throw Refused(
                isMissing: true, description: "there is no endpoint \(idOrPrefix.prefix(40))",
                fix: "see the list of endpoints")
        }
        return only
    }

    /// Somebody who sees some clients sees the endpoints of those alone.
    private static func isVisible(_ endpoint: EndpointRecord, _ visible: Set<String>?) -> Bool {
        guard let visible else { return true }
        return endpoint.client.map(visible.contains) ?? false
    }

    /// The secret is told here and never again.
    package func add(_ new: NewEndpoint, by actor: Actor) async throws -> (EndpointRecord, secret: String) {
        do { _ = try EndpointAddress(new.url, allowed: settings.allowed) } catch {
            throw Refused(
                description: error.description,
                fix: "use an https address others can reach, or have its block added to ENDPOINT_ALLOWED_ADDRESSES")
        }
        guard new.tellsRuns || new.tellsApprovals else {
            throw Refused(description: "an endpoint is told of runs, of approvals, or of both", fix: "name one topic")
        }
        let (id, entry, now) = (doors.makeID(), doors.makeID(), doors.now())
        let (secret, sealed) = try makeSecret(id)
        let made = try await database.write { db in
            let store = EndpointStore(db: db)
            guard try store.list().count < EndpointStore.endpointsMax else {
                throw Refused(
                    description: "there are \(EndpointStore.endpointsMax) endpoints, the most there may be",
                    fix: "remove one that is not used")
            }
            if let client = new.client, try ClientStore(db: db).find(client) == nil {
                throw Refused(description: "there is no client \(client.prefix(80))", fix: "see the list of clients")
            }
            try store.insert(id, new, sealed: sealed, by: actor.name, now: now)
            let made = try Self.found(store, id)
            try AuditStore(db: db).add(
                actor, "endpoint added", "endpoint \(id)", client: new.client, after: made.document, id: entry, now: now
            )
            return made
        }
        return (made, secret)
    }

    /// A new secret; for a day both sign.
    package func rotate(
        _ id: String, reason: String? = nil, by actor: Actor
    ) async throws -> (EndpointRecord, secret: String) {
        let (secret, sealed) = try makeSecret(id)
        let until = doors.now() + Self.formerHours * 3_600_000
        let changed = try await change(id, "endpoint secret replaced", reason: reason, by: actor) { store, _, now in
            try store.replaceSecret(id, sealed: sealed, formerUntil: until, now: now)
        }
        return (changed, secret)
    }

    package func enable(_ id: String, by actor: Actor) async throws -> EndpointRecord {
        let changed = try await change(id, "endpoint enabled", by: actor) { store, _, now in
            try store.enable(id, now: now)
            try AlertStore(db: store.db).resolve(cause: AnnouncementWorker.alertCause, subject: id, now: now)
        }
        return changed
    }

    package func disable(_ id: String, reason: String? = nil, by actor: Actor) async throws -> EndpointRecord {
        try await change(id, "endpoint disabled", reason: reason, by: actor) { store, _, now in
            try store.disable(id, why: "disabled by \(actor.name)", now: now)
        }
    }

    package func remove(_ id: String, reason: String? = nil, by actor: Actor) async throws {
        let (entry, now) = (doors.makeID(), doors.now())
        let why = reason.map { _ in BureauDomain.JSONValue.object(JSONObject()).because(reason) }
        try await database.write { db in
            let store = EndpointStore(db: db)
            let before = try Self.found(store, id)
            try store.remove(id)
            try AlertStore(db: db).resolve(cause: AnnouncementWorker.alertCause, subject: id, now: now)
            try AuditStore(db: db).add(
                actor, "endpoint removed", "endpoint \(id)", client: before.client, before: before.document, after: why,
                id: entry, now: now)
        }
    }

    /// Tells it something that did not happen, to see whether it listens.
    package func test(_ id: String, by actor: Actor) async throws -> AnnouncementRecord {
        let (event, now) = (doors.makeID(), doors.now())
        return try await database.write { db in
            let store = EndpointStore(db: db)
            guard try Self.found(store, id).isActive else {
                throw Refused(description: "endpoint \(id) is disabled", fix: "enable it first")
            }
            let body: BureauDomain.JSONValue = [
                "id": .string(event), "type": "test", "at": .instant(now), "asked_by": .string(actor.name),
            ]
            try db.execute(
                """
                INSERT INTO announcement (endpoint_id, event_id, kind, body, state, created_at, due_at)
                VALUES (?, ?, 'test', ?, 'pending', ?, ?)
                """, [id, event, body.compact, now, now])
            guard let made = try store.announcement(id, event) else {
                throw Refused(isMissing: true, description: "the endpoint is gone", fix: "see the list")
            }
            return made
        }
    }

    // MARK: The log

    package func announcements(
        _ id: String, state: AnnouncementRecord.State? = nil, before: Int64? = nil, limit: Int = 50
    ) async throws -> [AnnouncementRecord] {
        let limit = min(max(limit, 1), Self.logMax + 1)
        return try await database.read {
            try EndpointStore(db: $0).announcements(id, state: state?.rawValue, before: before, limit: limit)
        }
    }

    /// Tells it once more, as if it had never been tried. False when it is about to be told anyway.
    package func again(_ id: String, event: String, reason: String? = nil, by actor: Actor) async throws -> Bool {
        let (entry, now) = (doors.makeID(), doors.now())
        let noted = BureauDomain.JSONValue.object(JSONObject([("event", .string(event))])).because(reason)
        return try await database.write { db in
            let store = EndpointStore(db: db)
            guard try Self.found(store, id).isActive else {
                throw Refused(description: "endpoint \(id) is disabled", fix: "enable it first")
            }
            guard let one = try store.announcement(id, event) else {
                throw Refused(
                    isMissing: true, description: "endpoint \(id) was told of no event \(event.prefix(80))",
                    fix: "see its log")
            }
            guard try store.again(one, now: now) else { return false }
            try AuditStore(db: db).add(
                actor, "announcement repeated", "endpoint \(id)", after: noted, id: entry, now: now)
            return true
        }
    }

    // MARK: -

    static func context(_ id: String) -> String { "endpoint \(id)" }

    private func makeSecret(_ id: String) throws -> (String, sealed: String) {
        let secret = AnnouncementSignature.makeSecret()
        let master = try SealingKey.loadOrMake(settings.keyFolder)
        let sealed = try Secret(secret).sealed(under: master, context: Self.context(id))
        return (secret, Data(sealed).base64EncodedString())
    }

    private static func found(_ store: EndpointStore, _ id: String) throws -> EndpointRecord {
        guard let found = try store.find(id) else {
            throw Refused(isMissing: true, description: "there is no endpoint \(id.prefix(40))", fix: "see the list")
        }
        return found
    }

    private func change(
        _ id: String, _ action: String, reason: String? = nil, by actor: Actor,
        _ body: @escaping @Sendable (EndpointStore, EndpointRecord, Int64) throws -> Void
    ) async throws -> EndpointRecord {
        let (entry, now) = (doors.makeID(), doors.now())
        return try await database.write { db in
            let store = EndpointStore(db: db)
            let before = try Self.found(store, id)
            try body(store, before, now)
            let after = try Self.found(store, id)
            try AuditStore(db: db).add(
                actor, action, "endpoint \(id)", client: after.client, before: before.document,
                after: after.document.because(reason), id: entry, now: now)
            return after
        }
    }
}
