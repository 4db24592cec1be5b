import BureauDomain
import BureauEngine
import Hummingbird

/// What the words mean, where things are, and whom to ask: reached from the foot of every page.
struct HelpPages: Sendable {
    let house: WebHouse
    static let place = "/help"
    static let adminsShownMax = 10

    var routes: [Route] {
        [.page(Self.place, .viewer) { try await show($0) }]
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person
        var page = Page(title: "Help", heading: "Help")
        page.lead = "What the words on these pages mean, where things are, and whom to ask."
        page.blocks = [
            Block(
                id: "statuses", heading: "What a run's status means",
                table: Table(
                    "Every status a run can have", Table.columns("Status", "What it means"),
                    RunState.allCases.map { state in
                        [Table.Cell(text: "", chip: RunWords.chip(state)), Table.Cell(text: state.meaning)]
                    }, empty: "")),
            Block(
                id: "roles", heading: "Who may do what",
                table: Table(
                    "Roles, each with what the ones before it may", Table.columns("Role", "May"),
                    Role.allCases.map { [Table.Cell(text: $0.word), Table.Cell(text: $0.meaning)] }, empty: "",
                    note: "Yours is \(person.role.word).")),
            Block(
                id: "more", heading: "Where the rest is",
                text: "A run and a report have a menu More in their head: the id to copy, logs, and the data for "
                    + "programs. The key . opens it at its first entry, and Esc closes it.",
                links: [Link(word: "What programs can ask (OpenAPI)", address: OpenAPIDocument.place)]),
            Block(
                id: "ask", heading: "Whom to ask", text: try await admins(),
                links: [Link(word: "Keyboard shortcuts", address: "/settings/#keys")]),
        ]
        return try await house.page(page, web)
    }

    private func admins() async throws -> String {
        let names = try await house.people.list().filter { $0.role == .admin && !$0.isDisabled }.map(\.displayName)
        let shown = names.prefix(Self.adminsShownMax).joined(separator: ", ")
        return shown.isEmpty
            ? "Whoever runs the server can change roles and what you see."
            : "They can change roles and what you see: \(shown)."
    }
}

extension RunState {
    /// For people who meet the word for the first time.
    fileprivate var meaning: String {
        switch self {
        case .queued: "Accepted, and waits for its turn. Nothing is spent while it waits."
        case .needsInfo: "The task or the client's record lacks something; it goes on when that is there."
        case .starting: "A session is being opened for it."
        case .running: "The agent works."
        case .waitingApproval:
            "The agent asks before it does something, or for more money. It goes on when somebody decides."
        case .collecting: "The agent is done; its files are fetched and checked."
        case .delivering: "The results are put where people expect them."
        case .inReview: "The results are there and wait for somebody's word."
        case .revising: "Somebody asked for a change: the next round begins."
        case .stopping: "It was told to stop, and stops as soon as its session does."
        case .done: "Finished: the results are where they belong."
        case .doneWithProblems: "Finished, but a delivery did not work. The files are safe; deliver again."
        case .stopped:
            "Ended early, by a limit or a person. Files so far are kept, unless whoever stopped it chose otherwise."
        case .failed: "It could not go on. Its page says why and what to do."
        case .ignored: "There was nothing to do."
        }
    }
}
