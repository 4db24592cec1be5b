import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

/// Finding, checking and keeping clients for the commands.
struct ClientBook {
    let records: Records
    init(_ records: Records) { self.records = records }

    func find(_ slug: String) async throws -> ClientRecord {
        let (found, slugs) = try await records.database.read { db in
            let store = ClientStore(db: db)
            return (try store.find(slug), try store.list().map(\.slug))
        }
        if let found { return found }
        let near = NearestKey.nearest(to: slug, in: slugs)
        throw SetupError(
            "there is no client \"\(PlainLine.of(slug))\"",
            fix: near.map { "did you mean \($0)?" }
                ?? "bureau clients list shows them; bureau clients import FILE adds one",
            exitCode: ExitStatus.failed)
    }

    func save(_ client: ClientRecord) async throws {
        try await ClientDesk(database: records.database, doors: records.doors)
            .keep(client, by: .here)
    }

    /// The client, or everything that is wrong with it.
    static func checked(_ result: ClientRecordResult) throws -> ClientRecord {
        for warning in result.problems where warning.severity == .warning { Terminal.note(PlainLine.of("\(warning)")) }
        guard let client = result.client else {
            throw SetupError(
                result.problems.map { PlainLine.of("\($0)") }.joined(separator: "\n"),
                fix: "mend these; nothing was changed", exitCode: ExitStatus.usage)
        }
        return client
    }

    static func facts(_ client: ClientRecord) -> Facts {
        var facts = Facts()
        facts.add("client", client.slug, .strong)
        facts.add("name", client.name)
        for member in client.fields.members {
            let words = member.value.array?.map { $0.string ?? $0.compact }.joined(separator: ", ")
            facts.add(member.key, words ?? member.value.string ?? member.value.compact)
        }
        for contact in client.contacts {
            facts.add(
                "contact", [contact.name, contact.email, contact.slack].compactMap { $0 }.joined(separator: ", "))
        }
        return facts
    }
}

/// `field=value` as people type it. Nothing after the sign takes the field away.
struct FieldChange {
    let name: String
    let value: BureauDomain.JSONValue?

    init(_ text: String) throws {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
            throw SetupError(
                "\"\(PlainLine.of(text))\" is not field=value", fix: "write it as website_url=https://acme.example",
                exitCode: ExitStatus.usage)
        }
        name = String(text[..<sign])
        let rest = String(text[text.index(after: sign)...])
        guard let first = rest.first else {
            value = nil
            return
        }
        guard "[{\"".contains(first) else {
            value = .string(rest)
            return
        }
        do { value = try BureauDomain.JSONValue.parse(Array(rest.utf8)) } catch {
            throw SetupError(
                "the value of \(PlainLine.of(name)) begins like JSON but is not: \(error)",
                fix: "put quotes around the whole value, as in: \(PlainLine.of(name))='[\"one\", \"two\"]'",
                exitCode: ExitStatus.usage)
        }
    }
}
