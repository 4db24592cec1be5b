package import BureauDomain
import BureauStorage

extension ClientDesk {
    /// Adds a whole record, or puts it in the place of the one that is there. Nothing is noted when they are the same.
    package func keep(_ record: ClientRecord, by actor: Actor) async throws {
        let (entry, now) = (doors.makeID(), doors.now())
        try await database.write { db in
            let store = ClientStore(db: db)
            let old = try store.find(record.slug)
            guard old?.json.canonical != record.json.canonical else { return }
            try store.save(record, now: now)
            try AuditStore(db: db).add(
                actor, old == nil ? "client created" : "client changed", "client \(record.slug)", client: record.slug,
                before: old.map { Self.flat($0) }, after: Self.flat(record), id: entry, now: now)
        }
    }

    /// Fields beside the rest, so that the log tells each that differs.
    private static func flat(_ record: ClientRecord) -> JSONValue {
        var members = JSONObject()
        for member in record.json.object?.members ?? [] where member.key != "fields" {
            members[member.key] = member.value
        }
        for member in record.fields.members { members[member.key] = member.value }
        return .object(members)
    }
}
