import BureauDomain
import BureauEngine
import Hummingbird

/// What admins change about clients.
struct ClientActions: Sendable {
    let house: WebHouse
    static let listMax = 500

    var routes: [Route] {
        [
            .action("/clients", .admin) { web in
                let made = try await house.clients.create(
                    web.form["slug"] ?? "", name: web.form["name"] ?? "", by: web.actor())
                return try await house.done(
                    "\(made.name) was created. Below is what the agents want to know.", "/clients/\(made.slug)/", web)
            },
            .action("/clients/:slug/facts", .admin, .client) { try await change($0) },
            .action("/clients/:slug/verified", .admin, .client) { web in
                let slug = try web.theClient().slug, field = web.form["field"] ?? ""
                try await house.clients.check(slug, field, by: web.actor())
                return try await house.done(
                    "\(ClientFact.named(field).label) counts as verified by you.", ClientTabs.address(slug, .context),
                    web)
            },
            .action("/clients/:slug/staff", .admin, .client) { web in
                let slug = try web.theClient().slug, duty = StaffDuty(rawValue: web.form["duty"] ?? "")
                guard duty != nil || web.form["duty"] == "none" else {
                    throw PageProblem.badRequest("There is no such duty.")
                }
                try await house.clients.assign(slug, web.form["name"] ?? "", duty, by: web.actor())
                return try await house.done("Saved.", ClientTabs.address(slug, .users), web)
            },
            .action("/clients/:slug/contacts", .admin, .client) {
                try await ClientContacts(house: house).change($0)
            },
            .action("/clients/:slug/archive/ask", .admin, .client) {
                .seeOther("/clients/\(try $0.theClient().slug)/archive")
            },
            .page("/clients/:slug/archive", .admin, .client) { try await askToArchive($0) },
            .action("/clients/:slug/archive", .admin, .client) { web in
                let slug = try web.theClient().slug
                try await house.clients.archive(slug, true, reason: web.form["reason"], by: web.actor())
                return try await house.done("Archived.", "/clients/\(slug)/", web)
            },
            .action("/clients/:slug/restore", .admin, .client) { web in
                let slug = try web.theClient().slug
                try await house.clients.archive(slug, false, reason: nil, by: web.actor())
                house.wake()
                return try await house.done("Agents may work for it again.", "/clients/\(slug)/", web)
            },
        ]
    }

    /// Only fields the form brought are looked at; an empty one takes the fact away.
    private func change(_ web: WebRequest) async throws -> Response {
        let client = try web.theClient()
        let readiness = ClientReadiness(client, isArchived: false, agents: house.catalog.agents.map(\.config))
        let facts = readiness.lines.map(\.fact).filter { web.form[Self.box($0)] != nil }
        let changes = facts.map { fact -> (field: String, value: JSONValue?) in
            let text = web.form[Self.box(fact)] ?? ""
            return (fact.field, Self.value(text, fact, old: client.payload()[fact.field]))
        }
        do {
            _ = try await house.clients.change(client.slug, changes, from: web.form["version"], by: web.actor())
        } catch let refused as ClientDesk.Refused where refused.isConflict {
            guard let page = try await ClientConflict(house: house, facts: facts, web: web).page() else {
                throw refused
            }
            return try await house.page(page, web)
        }
        house.wake()
        let tab = web.form["tab"] == ClientTabs.Tab.sources.rawValue ? ClientTabs.Tab.sources : .context
        return try await house.done("Saved.", ClientTabs.address(client.slug, tab), web)
    }

    /// What a fact's field is called in a form.
    static func box(_ fact: ClientFact) -> String { "fact." + fact.field }

    /// The fact a form's field is about; nil for every other field.
    static func fact(_ name: String) -> ClientFact? {
        name.hasPrefix("fact.") ? ClientFact.named(String(name.dropFirst(5))) : nil
    }

    /// What was typed, in the shape the record keeps it in: a list where agents want one, or where one stood.
    static func value(_ text: String, _ fact: ClientFact, old: JSONValue?) -> JSONValue? {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmed }.filter { !$0.isEmpty }
        guard !lines.isEmpty else { return nil }
        if fact.isList || old?.array != nil {
            let list = JSONValue.array(lines.prefix(listMax).map { .string($0) })
            return old?.array?.map { $0.string ?? $0.compact } == lines ? old : list
        }
        let joined = lines.joined(separator: "\n")
        return old.map(ClientView.text) == joined ? old : .string(joined)
    }
}

extension Substring {
    var trimmed: String {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
