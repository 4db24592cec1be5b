import BureauDomain
import BureauEngine

/// The ways the list of clients is sorted, and a page of it.
struct ClientOrder {
    let order: ListOrder
    private static let lastRun = "Last run", readiness = "Readiness"
    /// Readiness is computed from each record and every agent: for no more than so many at once.
    private static let judgedMax = 1_000

    init(_ web: WebRequest) {
        order = ListOrder(
            web, "/clients/", usual: .init(name: "", column: "Client", isDescending: false, isTold: false),
            .init(name: "last-run", column: Self.lastRun, isDescending: true),
            .init(name: "longest-ago", column: Self.lastRun, isDescending: false),
            .init(name: "ready", column: Self.readiness, isDescending: true),
            .init(name: "least-ready", column: Self.readiness, isDescending: false))
    }

    var words: String {
        switch order.way.column {
        case Self.lastRun: "by their last run"
        case Self.readiness: "by how ready they are"
        default: "by slug"
        }
    }

    var note: String? {
        order.way.column == Self.readiness
            ? "Of more than \(Self.judgedMax) clients, the first by slug are sorted." : nil
    }

    /// Which of them are listed.
    struct Choice: Sendable {
        let isArchived: Bool?, visible: Set<String>?, text: String?

        init(_ web: WebRequest, isArchived: Bool?) throws {
            self.isArchived = isArchived
            visible = try web.signedIn().person.clients
            text = ClientPages.text(web)
        }
    }

    /// One more than a page shows, so that it knows whether there are others.
    func page(_ house: WebHouse, _ web: WebRequest, isArchived: Bool?) async throws -> [ClientStanding] {
        try await page(
            house, Choice(web, isArchived: isArchived), after: web.query("after"), limit: ClientPages.pageRows + 1)
    }

    func page(_ house: WebHouse, _ choice: Choice, after: String?, limit: Int) async throws -> [ClientStanding] {
        let place = order.place(at: after)
        let (isArchived, visible, text) = (choice.isArchived, choice.visible, choice.text)
        switch order.way.column {
        case Self.lastRun:
            return try await house.clients.page(
                byLastRun: order.way.isDescending, after: place.map { ($0.value, $0.name) }, isArchived: isArchived,
                visible: visible, text: text, limit: limit)
        case Self.readiness:
            let all = try await judged(house, choice)
            return Array(sorted(all, house, after: place.map { (Int($0.value) ?? 0, $0.name) }).prefix(limit))
        default:
            return try await house.clients.page(
                after: place?.name, isArchived: isArchived, visible: visible, text: text, limit: limit)
        }
    }

    private func judged(_ house: WebHouse, _ choice: Choice) async throws -> [ClientStanding] {
        try await house.clients.page(
            isArchived: choice.isArchived, visible: choice.visible, text: choice.text, limit: Self.judgedMax)
    }

    /// What is said behind the last of them when there may be others that were not sorted; nil when these are all.
    func cut(_ house: WebHouse, _ choice: Choice) async throws -> String? {
        guard let note, try await judged(house, choice).count == Self.judgedMax else { return nil }
        return note
    }

    /// Where the next page goes on.
    func place(of last: ClientStanding?, _ house: WebHouse) async throws -> String? {
        guard let last else { return nil }
        let slug = last.record.slug
        switch order.way.column {
        case Self.lastRun: return order.place(try await house.runs.newest(ofClients: [slug])[slug]?.id ?? "", slug)
        case Self.readiness: return order.place("\(Self.missing(last, house.catalog.agents.map(\.config)))", slug)
        default: return slug
        }
    }

    /// The fewest missing facts first where the readiest are asked for, else the other way round.
    private func sorted(
        _ all: [ClientStanding], _ house: WebHouse, after place: (Int, String)?
    ) -> [ClientStanding] {
        let agents = house.catalog.agents.map(\.config), isReadiestFirst = order.way.isDescending
        func isBefore(_ one: (Int, String), _ other: (Int, String)) -> Bool {
            isReadiestFirst ? one < other : one > other
        }
        let ranked = all.map { (key: (Self.missing($0, agents), $0.record.slug), client: $0) }
        let rest = ranked.filter { one in place.map { isBefore($0, one.key) } ?? true }
        return rest.sorted { isBefore($0.key, $1.key) }.map { $0.client }
    }

    /// How many facts it lacks; none for one that every agent can work for.
    private static func missing(_ client: ClientStanding, _ agents: [AgentConfig]) -> Int {
        let readiness = ClientReadiness(client.record, isArchived: client.isArchived, agents: agents)
        return readiness.isReady ? 0 : 1 + readiness.needed - readiness.known
    }
}
