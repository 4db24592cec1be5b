package import BureauDomain
import BureauStorage

extension ClientDesk {
    /// Sets fields, or takes them away where the value is nil, as long as the record is still `old`.
    package func change(
        _ slug: String, _ changes: [(String, JSONValue?)], from old: ClientRecord, by actor: Actor, doors: Doors
    ) async throws -> ClientRecord {
        var record = old
        for (field, value) in changes {
            let result = record.setting(field, to: value)
            guard let next = result.client else {
                throw RunDesk.Refused(
                    kind: .notNow, description: result.problems.first.map { "\($0)" } ?? "the record would be unreadable")
            }
            record = next
        }
        let (changed, entry, now) = (record, doors.makeID(), doors.now())
        return try await database.write { db in
            let store = ClientStore(db: db)
            guard try store.find(slug) == old else {
                throw RunDesk.Refused(kind: .notNow, description: "somebody changed \(slug) meanwhile")
            }
            try store.save(changed, now: now)
            try AuditStore(db: db).add(
                actor, "client changed", "client \(slug)", client: slug, before: old.json, after: changed.json, id: entry,
                now: now)
            return changed
        }
    }
}
