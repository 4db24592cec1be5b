import BureauDomain
import BureauEngine

/// Two people changed one client at the same time. The second sees what the first did, field by field, and sends what is
/// still wanted on top of it: what somebody else changed alone stays as it is now.
struct ClientConflict: Sendable {
    let house: WebHouse
    /// Those the form brought.
    let facts: [ClientFact]
    let web: WebRequest

    private struct Line {
        let fact: ClientFact
        let now: String, typed: String
        let by: AuditEntry?
    }

    /// Nil when the client is gone.
    func page() async throws -> Page? {
        let client = try web.theClient()
        guard let meanwhile = try await house.clients.meanwhile(client.slug, since: web.form["version"] ?? "") else {
            return nil
        }
        let lines = lines(meanwhile), place = "/clients/\(client.slug)/"
        var page = Page(title: "Changed meanwhile", heading: "Changed meanwhile")
        page.status = 409
        page.crumbs = [
            Link(word: "Clients", address: "/clients/"), Link(word: client.name, address: place),
            Link(word: "Changed meanwhile"),
        ]
        page.blocks = [
            Block(
                callout: Callout(
                    tone: "warn",
                    title: "Somebody changed \(client.name) while you were writing. Nothing was saved yet.",
                    fix: lines.isEmpty
                        ? "What you wrote is what stands there now."
                        : "Look at what is there now, and save what you still want.", isAlert: true)),
            changed(meanwhile),
        ].compactMap(\.self)
        if !lines.isEmpty { page.blocks.append(form(lines, meanwhile, place)) }
        page.links = [Link(word: "Open \(client.name)", address: place, style: "button")]
        return page
    }

    /// What this person wrote and what is not there: left out is what they never touched.
    private func lines(_ meanwhile: ClientDesk.Meanwhile) -> [Line] {
        let now = meanwhile.standing.record.payload(), base = meanwhile.base?.payload()
        return facts.compactMap { fact in
            let typed = web.form[ClientActions.box(fact)] ?? ""
            func isTyped(_ old: JSONValue?) -> Bool { ClientActions.value(typed, fact, old: old) == old }
            if let base, isTyped(base[fact.field]) { return nil }
            guard !isTyped(now[fact.field]) else { return nil }
            return Line(
                fact: fact, now: ClientView.text(now[fact.field]), typed: typed, by: meanwhile.changes[fact.field])
        }
    }

    private func changed(_ meanwhile: ClientDesk.Meanwhile) -> Block? {
        guard let base = meanwhile.base, !meanwhile.changes.isEmpty else { return nil }
        func text(_ field: String, _ record: ClientRecord) -> String {
            let isContacts = field == ClientRecord.contactsKey
            return isContacts
                ? record.contacts.map(\.name).joined(separator: ", ") : ClientView.text(record.payload()[field])
        }
        let fields = meanwhile.changes.sorted { $0.key < $1.key }
        return Block(
            heading: "What was changed meanwhile",
            table: Table(
                "Each field that is another one than when you began",
                Table.columns("Fact", "Was", "Is now", "Who", "When"),
                fields.map { field, entry in
                    [
                        Table.Cell(text: ClientFact.named(field).label), Table.Cell(text: text(field, base)),
                        Table.Cell(text: text(field, meanwhile.standing.record)), Table.Cell(text: entry.actor.name),
                        Table.Cell(text: house.clock.moment(entry.at), iso: PageClock.iso(entry.at)),
                    ]
                }, empty: ""))
    }

    private func form(_ lines: [Line], _ meanwhile: ClientDesk.Meanwhile, _ place: String) -> Block {
        let fields = lines.map { line in
            let who = line.by.map { "\($0.actor.name) wrote" } ?? "There is now"
            return Field(
                ClientActions.box(line.fact), line.fact.label,
                line.fact.isLong || line.typed.contains(where: \.isNewline) ? .long : .line(type: "text"),
                value: line.typed,
                hint: line.now.isEmpty ? "There is nothing now." : "\(who): \(line.now)")
        }
        return Block(
            heading: "What you wrote",
            forms: [
                Form(
                    action: place + "facts", verb: "Save mine",
                    fields: [
                        Field("version", "", .hidden, value: meanwhile.standing.version),
                        Field("tab", "", .hidden, value: web.form["tab"] ?? ""),
                    ] + fields, cancel: Link(word: "Leave it as it is now", address: place))
            ])
    }
}
