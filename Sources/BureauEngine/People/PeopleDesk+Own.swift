package import BureauDomain
import BureauStorage

/// What people set for themselves, and the one thing about it that an admin does.
extension PeopleDesk {
    /// Nil for the agency's own zone.
    package func setZone(_ id: String, _ zone: String?) async throws {
        if let zone, zone.utf8.count > 60 || ZoneOffsets(identifier: zone) == nil {
            let near = ZoneOffsets.nearest(to: zone).map { ", such as \($0)" } ?? ""
            throw Refused(
                description: "there is no time zone \"\(zone.prefix(60))\"", fix: "choose one of the list\(near)")
        }
        try await database.write { try PersonStore(db: $0).setZone(id, zone) }
    }

    /// What `/` opens: one of `pages`, or the id of a view this person has saved.
    package func setStartPage(_ id: String, _ page: String, pages: [String]) async throws {
        try await database.write { db in
            guard try pages.contains(page) || SavedViewStore(db: db).find(page, of: id) != nil else {
                throw Refused(description: "there is no such page to begin with", fix: "choose one of the list")
            }
            try PersonStore(db: db).setStartPage(id, page)
        }
    }

    /// Somebody's user id in the agency's own Slack. Only admins enter it: messages about clients go there.
    package func setSlackID(_ id: String, _ text: String?, by actor: Actor) async throws -> PersonRecord {
        let slackID = text.flatMap { $0.isEmpty ? nil : $0 }
        if let slackID, !Self.isSlackUser(slackID) {
            throw Refused(
                description: "\"\(slackID.prefix(40))\" is not a Slack user id",
                fix: "open the profile in Slack and copy the member id, such as U0123ABCD")
        }
        return try await change(id, "Slack id changed", by: actor) { db, person in
            try PersonStore(db: db).setSlackID(person.id, slackID)
        }
    }

    static func isSlackUser(_ text: String) -> Bool {
        (6...40).contains(text.utf8.count) && "UW".contains(text.prefix(1))
            && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
    }

    package func notices(_ id: String) async throws -> [OwnNotice: OwnNotice.Reach] {
        try await database.read { try OwnNoticeStore(db: $0).choices(of: id) }
    }

    /// What is not named is wanted no more.
    package func setNotices(_ id: String, _ choices: [OwnNotice: OwnNotice.Reach]) async throws {
        try await database.write { try OwnNoticeStore(db: $0).set(choices, of: id) }
    }
}

/// The SQL of what people want messages of their own about.
struct OwnNoticeStore {
    let db: any Connection

    func choices(of person: String) throws -> [OwnNotice: OwnNotice.Reach] {
        var found: [OwnNotice: OwnNotice.Reach] = [:]
        for row in try db.query("SELECT kind, reach FROM person_notice WHERE person_id = ? LIMIT 20", [person]) {
            guard let kind = OwnNotice(rawValue: try row.text("kind")) else { continue }
            found[kind] = OwnNotice.Reach(rawValue: try row.text("reach"))
        }
        return found
    }

    func set(_ choices: [OwnNotice: OwnNotice.Reach], of person: String) throws {
        try db.execute("DELETE FROM person_notice WHERE person_id = ?", [person])
        for (kind, reach) in choices.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try db.execute(
                "INSERT INTO person_notice (kind, person_id, reach) VALUES (?, ?, ?)",
                [kind.rawValue, person, reach.rawValue])
        }
    }

    /// Who wants to be told of this kind, in the order of their names.
    func wanting(_ kind: OwnNotice, limit: Int) throws -> [(person: PersonRecord, reach: OwnNotice.Reach)] {
        try db.query(
            """
            SELECT person.id, person_notice.reach FROM person_notice JOIN person ON person.id = person_notice.person_id
            WHERE person_notice.kind = ? AND person.disabled_at IS NULL ORDER BY person.name LIMIT ?
            """, [kind.rawValue, limit]
        ).compactMap { row in
            let reach = try row.text("reach")
            return try PersonStore(db: db).find(try row.text("id")).map {
                (person: $0, reach: OwnNotice.Reach(rawValue: reach) ?? .mine)
            }
        }
    }
}
