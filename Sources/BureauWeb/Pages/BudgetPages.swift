import BureauDomain
import BureauEngine
import Hummingbird

/// What may be spent, what was, and how much is left; admins set limits.
struct BudgetPages: Sendable {
    let house: WebHouse
    static let place = "/costs/budgets", shownMax = 200

    var routes: [Route] { [.action(Self.place, .admin) { try await set($0) }] }

    func block(_ person: PersonRecord, _ lines: [BudgetDesk.Line]) async throws -> Block {
        let clients = try await house.clients.names(with: lines.compactMap { Self.client($0.account.owner) })
        let accounts = lines.prefix(Self.shownMax).map { line -> [Table.Cell] in
            [
                Table.Cell(text: words(line.account.owner, clients)), Table.Cell(text: period(line.account.period)),
                Table.Cell(text: line.budget.map { "\($0.limit)" } ?? "none"),
                Table.Cell(text: "\(line.balance.spent)"), Table.Cell(text: "\(line.balance.reserved)"),
                Table.Cell(text: line.left.map { "\($0)" } ?? ""),
                Table.Cell(text: line.budget?.onExhausted.rawValue.replacing("_", with: " ") ?? ""),
                Table.Cell(text: ""),
            ]
        }
        let table = Table(
            "Accounts of today and this month, and what one run of each agent may cost",
            Table.columns("Account", "Period", "#Limit", "#Spent", "#Reserved", "#Left", "When used up", "Set in"),
            accounts + house.catalog.agents.map { ofOneRun($0.config) }, empty: "No budget is set.")
        return Block(
            id: "budgets", heading: "Budgets", table: table,
            forms: person.role >= .admin ? [try await form(person)] : [])
    }

    private func period(_ text: String) -> String { SpendMonth(text)?.words ?? CivilDate.words(day: text) }

    /// What a run may cost at most, unless whoever starts it says otherwise.
    private func ofOneRun(_ config: AgentConfig) -> [Table.Cell] {
        let own = config.limits.sessionCostMax, limit = own ?? house.settings.defaultSessionCostMax
        return [
            Table.Cell(text: house.agentName(config.name), address: "/agents/\(config.name)/"),
            Table.Cell(text: "each run"), Table.Cell(text: "\(limit)"), Table.Cell(text: ""), Table.Cell(text: ""),
            Table.Cell(text: ""), Table.Cell(text: ""),
            Table.Cell(
                text: own == nil
                    ? "DEFAULT_MAX_SESSION_COST_USD; agents/\(config.name).json says nothing"
                    : "set in agents/\(config.name).json"),
        ]
    }

    private static func client(_ owner: SpendAccount.Owner) -> String? {
        if case .client(let slug) = owner { slug } else { nil }
    }

    private func words(_ owner: SpendAccount.Owner, _ clients: [String: String]) -> String {
        switch owner {
        case .agency: "The agency"
        case .client(let slug): clients[slug] ?? slug
        case .agent(let name): house.agentName(name)
        }
    }

    /// Whose short name is written beside it.
    private static let otherClient = "client/ month"

    /// A scope and a span: "client/acme month".
    private func form(_ person: PersonRecord) async throws -> Form {
        let all = try await house.clients.page(visible: person.clients, limit: Self.shownMax + 1).map(\.record),
            clients = all.prefix(Self.shownMax), isCut = all.count > clients.count
        let agents = house.agentChoices.flatMap { name, word in
            [("agent/\(name) day", "\(word), each day"), ("agent/\(name) month", "\(word), each month")]
        }
        var choices = [("agency day", "The agency, each day")]
        choices += clients.map { ("client/\($0.slug) month", "\($0.name), each month") }
        if isCut { choices.append((Self.otherClient, "Another client, each month")) }
        choices += agents
        return Form(
            action: Self.place, verb: "Set limit",
            fields: [
                Field(
                    "account", "Whose", .options(choices.map { Field.Option(word: $0.1, value: $0.0) })),
                isCut ? Field("client", "Another client", hint: "\(ClientPicker.hint) Chosen above as another.") : nil,
                Field("amount", "Dollars", hint: "As 250 or 99.50. It holds from now on.", isRequired: true),
                Field("reason", "Reason", hint: "For the audit log.", isRequired: true),
            ].compactMap(\.self), tone: "", legend: "Set a limit")
    }

    private func set(_ web: WebRequest) async throws -> Response {
        let given = web.form["account"] ?? "", other = (web.form["client"] ?? "")[...].trimmed
        let visible = try web.signedIn().person.clients
        // One that somebody may not see is as one that is not there.
        if given == Self.otherClient,
            try await visible?.contains(other) == false ? true : house.clients.find(other) == nil
        {
            throw PageProblem.unprocessable(
                "There is no client of that short name.", fix: "Write it as in the address of the client's page.",
                field: "client")
        }
        let words = (given == Self.otherClient ? "client/\(other) month" : given).split(separator: " ").map(String.init)
        // Any period will do: only whose account it is counts here.
        guard words.count == 2, let span = SpendAccount.Span(rawValue: words[1]),
            let owner = SpendAccount(scope: words[0], period: "2026-01")?.owner
        else { throw PageProblem.badRequest("There is no such account.") }
        let client = Self.client(owner)
        if let client, try await house.clients.find(client) == nil { throw PageProblem.notFound }
        if case .agent(let name) = owner, house.catalog.agent(name) == nil { throw PageProblem.notFound }
        // What the agency and an agent may spend is of all clients.
        if let visible, client.map(visible.contains) != true {
            throw PageProblem.notFound
        }
        guard let limit = MicroUSD(typed: web.form["amount"] ?? "") else {
            throw PageProblem.unprocessable(
                "\"\((web.form["amount"] ?? "").prefix(20))\" is no amount in dollars.",
                fix: "Write it as 250 or 99.50.", field: "amount")
        }
        let reason = String((web.form["reason"] ?? "").prefix(300))
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw PageProblem.unprocessable(
                "A reason is missing.", fix: "Say in one sentence why the limit changes.", field: "reason")
        }
        let actor = try web.actor()
        let before = try await house.budgets.limit(owner, span)
        let after = try await house.budgets.set(owner, span, to: limit, by: actor.name)
        try await house.audit.note(actor, "budget set", budget: after, before: before, reason: reason)
        house.wake()
        let left = after.left.map { " \($0) of it is left." } ?? ""
        return try await house.done(
            "The limit is \(after.budget?.limit ?? limit) a \(span.rawValue) now.\(left)", "/costs/#budgets", web)
    }
}
