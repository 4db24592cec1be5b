package import BureauStorage
import Foundation

/// A list as somebody wants to see it again: its page and its filters, under a name.
package struct SavedView: Sendable, Hashable {
    package enum Page: String, Sendable, CaseIterable { case runs, reports, inbox }

    package let id: String
    package let page: Page
    package let name: String
    /// As it stands in the address after the question mark.
    package let query: String

    init(_ row: Row) throws {
        id = try row.text("id")
        guard let known = Page(rawValue: try row.text("page")) else {
            throw StorageError.unreadable(column: "page", "not a page with views")
        }
        page = known
        name = try row.text("name")
        query = try row.text("query")
    }
}

/// The views of people, each their own.
package struct SavedViewDesk: Sendable {
    let database: any Database
    let doors: Doors
    package static let viewsPerPersonMax = 40, nameCharactersMax = 60, queryBytesMax = 2_000

    package init(database: any Database, doors: Doors) { (self.database, self.doors) = (database, doors) }

    package func list(of person: String) async throws -> [SavedView] {
        try await database.read { try SavedViewStore(db: $0).list(of: person) }
    }

    package func find(_ id: String, of person: String) async throws -> SavedView? {
        try await database.read { try SavedViewStore(db: $0).find(id, of: person) }
    }

    /// Under a name that is taken on its page, the new filters take the place of the old.
    package func save(_ text: String, _ page: SavedView.Page, query: String, of person: String) async throws {
        let name = try Self.name(text)
        guard !query.isEmpty, query.utf8.count <= Self.queryBytesMax else {
            throw PeopleDesk.Refused(
                description: "nothing narrows this list", fix: "choose filters first, then save the view")
        }
        let (id, now) = (doors.makeID(), doors.now())
        try await database.write { db in
            let store = SavedViewStore(db: db)
            let isNew = try !store.list(of: person).contains { $0.page == page && $0.name == name }
            guard try !isNew || store.list(of: person).count < Self.viewsPerPersonMax else {
                throw PeopleDesk.Refused(
                    description: "there are \(Self.viewsPerPersonMax) views already",
                    fix: "delete one you no longer use in your settings")
            }
            try store.put(id: id, person: person, page: page, name: name, query: query, now: now)
        }
    }

    package func rename(_ id: String, of person: String, to text: String) async throws {
        let name = try Self.name(text)
        try await database.write { db in
            let store = SavedViewStore(db: db)
            guard let view = try store.find(id, of: person) else { throw Self.gone }
            guard
                try !store.list(of: person).contains(where: { $0.page == view.page && $0.name == name && $0.id != id })
            else {
                throw PeopleDesk.Refused(
                    description: "another view of this list is called \"\(name)\"", fix: "take another name")
            }
            try store.rename(id, name)
        }
    }

    /// Where it was what `/` opens, Today is again.
    package func delete(_ id: String, of person: String) async throws {
        try await database.write { db in
            guard try SavedViewStore(db: db).find(id, of: person) != nil else { throw Self.gone }
            try SavedViewStore(db: db).delete(id)
            if try PersonStore(db: db).find(person)?.startPage == id {
                try PersonStore(db: db).setStartPage(person, "today")
            }
        }
    }

    private static let gone = PeopleDesk.Refused(
        description: "there is no such view", fix: "see the list in your settings")

    private static func name(_ text: String) throws -> String {
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...nameCharactersMax).contains(name.count), !name.contains(where: \.isNewline) else {
            throw PeopleDesk.Refused(
                description: "a view's name has 1 to \(nameCharactersMax) characters", fix: "name what it shows")
        }
        return name
    }
}

struct SavedViewStore {
    let db: any Connection

    func list(of person: String) throws -> [SavedView] {
        try db.query(
            "SELECT * FROM saved_view WHERE person_id = ? ORDER BY page, name LIMIT ?",
            [person, SavedViewDesk.viewsPerPersonMax]
        ).map(SavedView.init)
    }

    func find(_ id: String, of person: String) throws -> SavedView? {
        try db.first("SELECT * FROM saved_view WHERE id = ? AND person_id = ?", [id, person]).map(SavedView.init)
    }

    func put(id: String, person: String, page: SavedView.Page, name: String, query: String, now: Int64) throws {
        try db.execute(
            """
            INSERT INTO saved_view (id, person_id, page, name, query, created_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (person_id, page, name) DO UPDATE SET query = excluded.query
            """, [id, person, page.rawValue, name, query, now])
    }

    func rename(_ id: String, _ name: String) throws {
        try db.execute("UPDATE saved_view SET name = ? WHERE id = ?", [name, id])
    }

    func delete(_ id: String) throws { try db.execute("DELETE FROM saved_view WHERE id = ?", [id]) }
}
