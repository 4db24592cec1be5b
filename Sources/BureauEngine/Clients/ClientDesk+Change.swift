package import BureauDomain
import BureauStorage

/// Changes to clients. Each is in the audit log with what was there before and after, in the same transaction.
extension ClientDesk {
    /// A name is enough; readiness tells what else the agents want.
    package func create(_ slug: String, name: String, by actor: Actor) async throws -> ClientRecord {
        let json = JSONValue.object(JSONObject([("slug", .string(slug)), ("name", .string(name))]))
        let made = try Self.checked(ClientRecord.load(Array(json.compact.utf8), fileName: "the form"))
        let (entry, now) = (doors.makeID(), doors.now())
        try await database.write { db in
            let store = ClientStore(db: db)
            guard try store.find(made.slug) == nil else {
                throw Refused(description: "there is a client \(made.slug) already", fix: "take another slug")
            }
            try store.save(made, now: now)
            try AuditStore(db: db).add(
                actor, "client created", "client \(made.slug)", client: made.slug, after: made.json, id: entry, now: now
            )
        }
        return made
    }

    /// Sets fields, or takes them away where the value is nil. `version` is the one the changes were made from; when
    /// the record has moved on since, nothing is changed. What stays as it was is not noted.
    package func change(
        _ slug: String, _ changes: [(field: String, value: JSONValue?)], from version: String?, by actor: Actor
    ) async throws -> ClientRecord {
        let (entry, now) = (doors.makeID(), doors.now())
        return try await database.write { db in
            let store = ClientStore(db: db)
            let standing = try Self.standing(store, slug)
            guard version == nil || version == standing.version else {
                throw Refused(
                    isConflict: true, description: "somebody changed \(standing.record.name) while you were writing",
                    fix: "Look at what is there now, and send what you still want. Nothing was saved")
            }
            var (record, before, after) = (standing.record, JSONObject(), JSONObject())
            for (name, value) in changes {
                let field = name == "name" ? "client_name" : name
                let old = record.value(field)
                guard old != value else { continue }
                record = try Self.checked(record.setting(field, to: value))
                (before[field], after[field]) = (old ?? .null, value ?? .null)
            }
            guard !after.isEmpty else { return record }
            try store.save(record, now: now)
            try AuditStore(db: db).add(
                actor, "client changed", "client \(slug)", client: slug, before: .object(before), after: .object(after),
                id: entry, now: now)
            return record
        }
    }

    /// Puts these in the place of those that are there; `version` as above.
    package func setContacts(
        _ slug: String, _ contacts: [ClientRecord.Contact], from version: String?, by actor: Actor
    ) async throws -> ClientRecord {
        let list = JSONValue.array(contacts.map(\.json))
        return try await change(slug, [(ClientRecord.contactsKey, list)], from: version, by: actor)
    }

    /// `actor` has made sure that a fact is right as it stands.
    package func check(_ slug: String, _ field: String, by actor: Actor) async throws {
        let (entry, now) = (doors.makeID(), doors.now())
        try await database.write { db in
            let standing = try Self.standing(ClientStore(db: db), slug)
            guard let value = standing.record.payload()[field] else {
                throw Refused(description: "there is nothing to verify yet", fix: "fill the fact in first")
            }
            try ClientRegistryStore(db: db).check(slug, field, value, by: actor.name, now: now)
            try AuditStore(db: db).add(
                actor, "fact verified", "client \(slug)", client: slug, after: .object(JSONObject([(field, value)])),
                id: entry, now: now)
        }
    }

    /// Nil takes a duty away.
    package func assign(_ slug: String, _ name: String, _ duty: StaffDuty?, by actor: Actor) async throws {
        let (entry, now) = (doors.makeID(), doors.now())
        try await database.write { db in
            _ = try Self.standing(ClientStore(db: db), slug)
            guard let person = try PersonStore(db: db).find(name: name.lowercased()) else {
                throw Refused(description: "there is no user \(name.prefix(40))", fix: "choose one from the list")
            }
            let registry = ClientRegistryStore(db: db)
            let old = try registry.staff(slug).first { $0.person.id == person.id }?.duty
            guard old != duty else { return }
            if let duty {
                guard person.maySee(client: slug), !person.isDisabled else {
                    throw Refused(
                        description: "\(person.displayName) may not see this client",
                        fix: "change which clients they see on the Users page first")
                }
                try registry.assign(slug, person.id, duty, now: now)
            } else {
                _ = try registry.release(slug, person.id)
            }
            func document(_ duty: StaffDuty?) -> JSONValue {
                .object(JSONObject([(person.name, .string(duty?.word ?? "no duty"))]))
            }
            try AuditStore(db: db).add(
                actor, "staff changed", "client \(slug)", client: slug, before: document(old), after: document(duty),
                id: entry, now: now)
        }
    }

    /// Agents begin no more work for it; what is there stays. `isArchived` false takes it back.
    package func archive(_ slug: String, _ isArchived: Bool, reason: String?, by actor: Actor) async throws {
        let (entry, now) = (doors.makeID(), doors.now())
        try await database.write { db in
            let store = ClientStore(db: db)
            guard try Self.standing(store, slug).isArchived != isArchived else { return }
            try store.archive(slug, by: isArchived ? actor.name : nil, now: now)
            var after = JSONObject([("archived", .bool(isArchived))])
            if let reason, !reason.isEmpty { after["reason"] = .string(String(reason.prefix(300))) }
            try AuditStore(db: db).add(
                actor, isArchived ? "client archived" : "client restored", "client \(slug)", client: slug,
                before: .object(JSONObject([("archived", .bool(!isArchived))])), after: .object(after), id: entry,
                now: now)
        }
    }

    private static func standing(_ store: ClientStore, _ slug: String) throws -> ClientStanding {
        guard let found = try store.standing(slug) else {
            throw Refused(description: "there is no client \(slug.prefix(80))", fix: "see the list of clients")
        }
        return found
    }

    private static func checked(_ result: ClientRecordResult) throws -> ClientRecord {
        guard let client = result.client else {
            let errors = result.problems.filter { $0.severity == .error }
            throw Refused(
                description: errors.prefix(5).map { $0.path.isEmpty ? $0.message : "\($0.path): \($0.message)" }
                    .joined(separator: "; "),
                fix: errors.compactMap(\.suggestion).first.map { "did you mean \($0)? Nothing was changed" }
                    ?? "mend it and send it again; nothing was changed")
        }
        return client
    }
}
