import BureauDomain
import BureauEngine

/// Whom something in the inbox may wait for: staff who share a client with the reader.
struct InboxPeople {
    let reader: PersonRecord
    let people: [PersonRecord]

    init(_ house: WebHouse, _ reader: PersonRecord) async throws {
        self.reader = reader
        people = try await house.people.list().filter { !$0.isDisabled && Self.meets(reader, $0) }
    }

    /// Whoever sees all clients meets everybody.
    private static func meets(_ reader: PersonRecord, _ other: PersonRecord) -> Bool {
        guard reader.id != other.id, let own = reader.clients, let theirs = other.clients else { return true }
        return !own.isDisjoint(with: theirs)
    }

    /// Whose work is asked for: "Mine only" is the reader's. Nil for everybody's.
    func asked(_ web: WebRequest) throws -> PersonRecord? {
        try asked(isMine: web.query("mine") == "yes", assignee: web.query("assignee"))
    }

    func asked(isMine: Bool, assignee: String?) throws -> PersonRecord? {
        guard let name = assignee else { return isMine ? reader : nil }
        guard !isMine || name == reader.name else {
            throw PageProblem.badRequest("Mine only and another assignee exclude each other: choose one of them.")
        }
        guard let person = people.first(where: { $0.name == name }) else {
            throw PageProblem.badRequest("There is nobody called \"\(name.prefix(40))\" whom you share a client with.")
        }
        return person
    }

    func filter(_ web: WebRequest) -> Field {
        .choice("assignee", "Assignee", people.map { ($0.name, $0.displayName) }, web)
    }
}
