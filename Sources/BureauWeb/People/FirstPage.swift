import BureauEngine

/// What `/` opens for somebody: one of these, or a view they saved.
enum FirstPage: String, CaseIterable {
    case today, inbox, runs, reports, clients, agents

    var address: String { "/\(rawValue)/" }
    var word: String { rawValue.capitalizedFirst }

    /// Nil where `/` is Today itself. A view that is gone leaves Today.
    static func address(_ person: PersonRecord, _ house: WebHouse) async throws -> String? {
        if let page = FirstPage(rawValue: person.startPage) { return page == .today ? nil : page.address }
        return try await house.views.find(person.startPage, of: person.id)?.address
    }
}

extension SavedView {
    /// Its query was put together from known names when it was saved.
    var address: String { "\(page.address)?\(query)" }
}

extension SavedView.Page {
    var address: String { "/\(rawValue)/" }

    var word: String {
        switch self {
        case .runs: "Runs"
        case .reports: "Reports"
        case .inbox: "Inbox"
        }
    }

    /// What narrows this list, in the order it is written down. Where a page of it begins is not among them.
    var filters: [String] {
        switch self {
        case .runs: ["view", "client", "agent", "status", "trigger", "from", "to", "days", "text", "order"]
        case .reports:
            [
                "client", "agent", "kind", "channel", "status", "visibility", "month", "superseded", "reusable", "run",
                "order",
            ]
        case .inbox: ["kind", "client", "agent", "mine", "assignee"]
        }
    }
}
