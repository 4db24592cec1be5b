import BureauDomain
import BureauEngine
import Hummingbird

/// Everything that waits for a person, each with what it is about and what can be done about it right here.
struct InboxPage: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    /// Further ones are a table, with their pages behind it.
    static let cardsMax = 20

    enum Kind: String, CaseIterable { case all, approvals, reviews, questions, failures }

    var routes: [Route] { [.page("/inbox", .viewer) { try await show($0) }] }

    private func show(_ web: WebRequest) async throws -> Response {
        let visitor = try web.signedIn(), inbox = Inbox(house: house)
        let everything = try await inbox.waiting(for: visitor.person)
        var waiting = everything.narrowed(client: web.query("client"), agent: web.query("agent"))
        if web.query("mine") == "yes" { waiting = try await inbox.mine(waiting, visitor.person) }
        let kind = web.query("kind").flatMap(Kind.init) ?? .all
        var page = Page(
            title: everything.count > 0 ? "(\(everything.count)) Inbox" : "Inbox", heading: "Inbox")
        page.lead = "Approvals first, those that expire soonest on top; then what has waited longest."
        page.blocks = [Block(tabs: tabs(kind, waiting, web), filters: try await filters(web))]
        func shows(_ one: Kind) -> Bool { kind == .all || kind == one }
        if shows(.approvals) { page.blocks += try await approvals(waiting, visitor) }
        var rest: [RunRecord] = []
        func add(_ kind: Kind, _ runs: [RunRecord], _ block: (RunRecord) async throws -> Block) async throws {
            guard shows(kind) else { return }
            for run in runs.prefix(Self.cardsMax) { page.blocks.append(try await block(run)) }
            rest += runs.dropFirst(Self.cardsMax)
        }
        try await add(.reviews, waiting.reviews) { try await review($0, visitor.person) }
        try await add(.questions, waiting.questions) { question($0, visitor.person) }
        try await add(.failures, waiting.failures) { failure($0, visitor.person) }
        if !rest.isEmpty {
            page.blocks.append(
                Block(
                    heading: "And \(rest.count) more", table: RunWords.table("Oldest first", rest, house, empty: "")))
        }
        if page.blocks.count == 1 {
            page.blocks.append(
                Block(
                    emptyText: everything.count == waiting.count
                        ? "Nothing waits here."
                        : "Nothing waits here that matches. \(everything.count) in all are in the inbox."))
        }
        if shows(.approvals) { page.blocks += try await InboxLapsed(house: house).blocks(web) }
        return try await house.page(page, web)
    }

    private func approvals(_ waiting: Inbox.Waiting, _ visitor: WebRequest.Visitor) async throws -> [Block] {
        var blocks = try await TogetherPages(house: house).offers(waiting, visitor.person)
        for (approval, run) in waiting.approvals {
            blocks.append(Block(approval: try await ApprovalView(house: house).card(approval, run, visitor)))
        }
        return blocks
    }

    private func tabs(_ kind: Kind, _ waiting: Inbox.Waiting, _ web: WebRequest) -> Tabs {
        let counts: [Kind: Int] = [
            .all: waiting.count, .approvals: waiting.approvals.count, .reviews: waiting.reviews.count,
            .questions: waiting.questions.count, .failures: waiting.failures.count,
        ]
        return Tabs(
            label: "Kinds",
            tabs: Kind.allCases.map {
                Link(
                    word: $0.rawValue.prefix(1).uppercased() + $0.rawValue.dropFirst(),
                    address: web.address("/inbox/", changing: ["kind": $0 == .all ? nil : $0.rawValue]),
                    isCurrent: $0 == kind, count: "\(counts[$0] ?? 0)")
            })
    }

    private func filters(_ web: WebRequest) async throws -> Filters {
        let person = try web.signedIn().person
        let clients = try await house.clients.list().filter { person.maySee(client: $0.slug) }
        return Filters(
            web, "/inbox/",
            [
                Field("kind", "", .hidden, value: web.query("kind") ?? ""),
                .choice("client", "Client", clients.map { ($0.slug, $0.name) }, web),
                .choice("agent", "Agent", house.agentChoices, web),
                Field("mine", "Mine only", .check(isOn: web.query("mine") == "yes")),
            ])
    }

    // MARK: One of each kind

    private func review(_ run: RunRecord, _ person: PersonRecord) async throws -> Block {
        let words = house.words(run)
        var block = Block(heading: "◎ Review: \(words.title)", style: "waits")
        guard let report = try await house.reports.list(ArtifactFilter(run: run.id, limit: 1)).first else {
            block.items = Items(items: [words.item("It left no report. Open the run to see what it did.")])
            return block
        }
        let shown = house.words(report)
        block.items = Items(items: [
            .init(
                chip: shown.chip, title: "Open \(shown.title)", address: shown.address,
                meta: [
                    "round \(report.round)", shown.period, run.headline ?? "",
                    "ready \(clock.moment(report.createdAt))",
                    "cost so far \(words.cost)",
                ].filter { !$0.isEmpty }.joined(separator: " · "))
        ])
        if person.role >= .consultant { block.forms = ReportActions.forms(report, isAwaited: true) }
        return block
    }

    private func question(_ run: RunRecord, _ person: PersonRecord) -> Block {
        let words = house.words(run)
        var items = [words.item("asked \(clock.moment(run.acceptedAt)) · started by \(words.requester)")]
        if let task = run.taskURL, task.hasPrefix("https://") || task.hasPrefix("http://") {
            items.append(.init(title: "Open the task and fill it in there", address: task, meta: run.taskID ?? ""))
        }
        if let client = run.clientSlug {
            items.append(
                .init(title: "Open the client's record", address: "/clients/\(client)/#missing", meta: words.client))
        }
        return Block(
            heading: "? Needs info: \(words.title)", style: "waits warn", text: words.why, items: Items(items: items),
            forms: person.role >= .operator
                ? [Form(action: "/runs/\(run.id)/recheck", verb: "Look again", style: "form row")] : [])
    }

    private func failure(_ run: RunRecord, _ person: PersonRecord) -> Block {
        let words = house.words(run), isHalf = run.state == .doneWithProblems
        func form(_ verb: String, _ path: String, tone: String = "", _ fields: [Field] = []) -> Form {
            Form(
                action: "/runs/\(run.id)/\(path)", verb: verb, fields: fields, tone: tone,
                style: fields.isEmpty ? "form row" : "form")
        }
        var forms: [Form] = []
        if person.role >= .operator {
            forms.append(
                isHalf
                    ? form("Deliver again", "deliver", tone: "primary") : form("Retry", "retry", tone: "primary"))
            forms.append(form("Run again", "again"))
        }
        if person.role >= .consultant {
            forms.append(
                form(
                    "Mark as seen", "seen",
                    [Field("note", "Note", hint: "What was done about it.", id: "note-\(run.id)")]))
        }
        return Block(
            heading: "✕ \(isHalf ? "Delivery problem" : "Failed"): \(words.title)", style: "waits bad",
            text: words.why,
            items: Items(items: [
                words.item("\(clock.moment(run.endedAt ?? run.acceptedAt)) · attempt \(run.attempt) · \(words.cost)")
            ]), forms: forms)
    }
}
