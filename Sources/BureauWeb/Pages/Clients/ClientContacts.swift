import BureauDomain
import BureauEngine
import Hummingbird

/// Whom to reach at a client: one is added, changed or removed at a time, from a form that knows which record it was
/// made from.
struct ClientContacts: Sendable {
    let house: WebHouse
    /// What the form says in an index's place.
    static let new = "new"

    func change(_ web: WebRequest) async throws -> Response {
        let client = try web.theClient(), version = web.form["version"] ?? ""
        guard version == ClientStanding.version(of: client) else {
            throw PageProblem.conflict(
                "Somebody changed \(client.name) while you were writing. Nothing was saved.",
                fix: "Open the client's Users tab again, and send what you still want.")
        }
        var contacts = client.contacts
        let place = web.form["contact"] ?? "", index = Int(place).flatMap { contacts.indices.contains($0) ? $0 : nil }
        let word: String
        switch (index, web.form["do"]) {
        case (let index?, "remove"):
            word = "\(contacts.remove(at: index).name) is no contact any more."
        case (let index?, "save"):
            contacts[index] = try Self.typed(web)
            word = "Saved."
        case (nil, "save") where place == Self.new:
            contacts.append(try Self.typed(web))
            word = "Added."
        default: throw PageProblem.badRequest("There is no such contact, or nothing to do with it.")
        }
        _ = try await house.clients.setContacts(client.slug, contacts, from: version, by: web.actor())
        return try await house.done(word, ClientTabs.address(client.slug, .users), web)
    }

    private static func typed(_ web: WebRequest) throws -> ClientRecord.Contact {
        func text(_ name: String) -> String? {
            let text = (web.form[name] ?? "")[...].trimmed
            return text.isEmpty ? nil : text
        }
        guard let name = text("name") else {
            throw PageProblem.unprocessable("A contact has a name.", fix: "Write one.", field: "name")
        }
        return ClientRecord.Contact(name: name, email: text("email"), slack: text("slack"))
    }
}

extension ClientView {
    /// Everybody reads them; admins change them.
    func contacts() -> [Block] {
        let contacts = profile.record.contacts
        let table = Block(
            id: "contacts", heading: "Contacts at the client",
            table: Table(
                "Who is told when something about this client needs a person",
                Table.columns("Name", "E-mail", "Slack"),
                contacts.map {
                    [
                        Table.Cell(text: $0.name), Table.Cell(text: $0.email ?? ""),
                        Table.Cell(text: $0.slack ?? ""),
                    ]
                }, empty: "No contacts.", note: "Contacts cannot sign in. Access for clients comes later."))
        guard mayEdit else { return [table] }
        let changes = contacts.enumerated().map { index, contact in
            Block(folded: "Change or remove \(contact.name)", forms: [form("\(index)", contact)])
        }
        guard contacts.count < ClientRecord.contactsMax else { return [table] + changes }
        return [table] + changes
            + [Block(id: "add-contact", heading: "Add a contact", forms: [form(ClientContacts.new, nil)])]
    }

    private func form(_ place: String, _ contact: ClientRecord.Contact?) -> Form {
        func id(_ name: String) -> String { "contact-\(place)-\(name)" }
        var form = Form(
            action: "/clients/\(slug)/contacts", verb: contact == nil ? "Add contact" : "Save contact",
            fields: [
                Field("version", "", .hidden, value: profile.standing.version, id: id("version")),
                Field("contact", "", .hidden, value: place, id: id("contact")),
                Field(
                    "name", "Name", value: contact?.name ?? "", autocomplete: "off", isRequired: true, id: id("name")),
                Field(
                    "email", "E-mail", .line(type: "email"), value: contact?.email ?? "", autocomplete: "off",
                    id: id("email")),
                Field(
                    "slack", "Slack", value: contact?.slack ?? "", hint: "Such as @ana or U0123ABCD.",
                    autocomplete: "off", id: id("slack")),
            ], tone: "", buttonName: "do", buttonValue: "save")
        if contact != nil { form.second = Form.Button(word: "Remove contact", name: "do", value: "remove") }
        return form
    }
}
