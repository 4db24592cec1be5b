import BureauDomain
import BureauEngine
import Hummingbird

/// Everything that waits for a person, each with what it is about and what can be done about it right here.
struct InboxPage: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    /// Of each kind, beside the others and under its own tab. What is not there as a card is a row.
    static let cardsMax = 6, cardsUnderTabMax = 25

    var routes: [Route] { [.page("/inbox", .viewer) { try await show($0) }] }

    private func show(_ web: WebRequest) async throws -> Response {
        let visitor = try web.signedIn(), inbox = Inbox(house: house)
        let people = try await InboxPeople(house, visitor.person)
        let kind = web.query("kind").flatMap(Inbox.Kind.init)
        let waiting = try await inbox.waiting(
            .init(
                person: visitor.person, client: web.query("client"), agent: web.query("agent"),
                assignee: try people.asked(web),
                after: kind == nil || kind == .approvals ? nil : web.query("after"),
                afterApproval: kind == .approvals ? web.query("after")?.uppercased() : nil))
        let inAll = try await inbox.badge(for: visitor.person)
        var page = Page(title: inAll.map { "(\($0)) Inbox" } ?? "Inbox", heading: "Inbox")
        page.lead = "Approvals first, those that expire soonest on top; then what has waited longest."
        page.links = [Link(word: "CSV", address: web.address("/inbox.csv", changing: ["after": nil]))]
        let views = try await SavedViewPages(house: house).blocks(.inbox, web)
        page.blocks = views + [Block(tabs: tabs(kind, waiting, web), filters: try await filters(people, web))]
        for one in Inbox.Kind.allCases where kind == nil || kind == one {
            page.blocks += try await blocks(one, waiting, isAlone: kind == one, web)
        }
        if page.blocks.count == views.count + 1 {
            page.blocks.append(
                Block(
                    emptyText: inAll.map { "Nothing waits here that matches. \($0) in all are in the inbox." }
                        ?? "Nothing waits here."))
        }
        if kind == nil || kind == .approvals { page.blocks += try await InboxLapsed(house: house).blocks(web) }
        return try await house.page(page, web)
    }

    /// Cards, and below them what waits behind: rows under the kind's own tab, the way there beside the others.
    private func blocks(
        _ kind: Inbox.Kind, _ waiting: Inbox.Waiting, isAlone: Bool, _ web: WebRequest
    ) async throws -> [Block] {
        let visitor = try web.signedIn(), person = visitor.person
        let cardsMax = isAlone ? Self.cardsUnderTabMax : Self.cardsMax
        let runs = waiting.runs(kind), shown = runs.prefix(cardsMax), count = waiting.counts[kind] ?? 0
        var blocks: [Block] = []
        switch kind {
        case .approvals:
            blocks = try await TogetherPages(house: house).offers(waiting, person)
            for (approval, run) in waiting.approvals.prefix(cardsMax) {
                blocks.append(Block(approval: try await ApprovalView(house: house).card(approval, run, visitor)))
            }
        case .reviews:
            let reports = try await house.reports.newest(ofRuns: shown.map(\.id))
            blocks = shown.map { review($0, reports[$0.id], person) }
        case .questions:
            var lost: Block?
            for run in shown {
                guard run.state == .needsInfo else {
                    blocks.append(RunDoubts.card(house.words(run)))
                    continue
                }
                let asker = try await house.part("Who asked for it", or: AskerWords(run.requestedBy, nil)) {
                    try await house.asker(run)
                }
                lost = lost ?? asker.lost
                blocks.append(question(run, asker.value, person))
            }
            blocks += [lost].compactMap(\.self)
        case .failures: blocks = shown.map { failure($0, person) }
        }
        let goesOn = isAlone && kind == .approvals && waiting.nextApproval != nil
        guard count > shown.count || goesOn else { return blocks }
        guard isAlone else {
            let all = web.address("/inbox/", changing: ["kind": kind.rawValue])
            let more = "And \(Inbox.word(count - shown.count)) more \(kind.rawValue)"
            return blocks + [Block(links: [Link(word: more, address: all)])]
        }
        let rest = Array(runs.dropFirst(cardsMax))
        let last = kind == .approvals ? waiting.nextApproval : runs.count == Inbox.listedMax ? runs.last?.id : nil
        let first = web.query("after") == nil ? nil : web.address("/inbox/", changing: ["after": nil])
        let next = last.map { web.address("/inbox/", changing: ["after": $0]) }
        guard !rest.isEmpty || first != nil || next != nil else { return blocks }
        var table =
            kind == .approvals
            ? approvals(waiting.approvals.dropFirst(cardsMax), first, next)
            : RunWords.table("Those that have waited longest first", rest, house, empty: "", first: first, next: next)
        (table.firstWord, table.nextWord) = kind == .approvals ? ("Soonest", "Later") : ("Oldest", "Younger")
        return blocks + [Block(heading: rest.isEmpty ? nil : "And \(rest.count) here as rows", table: table)]
    }

    private func approvals(
        _ rest: ArraySlice<(approval: ApprovalRecord, run: RunRecord)>, _ first: String?, _ next: String?
    ) -> Table {
        Table(
            "Those that expire soonest first", Table.columns("Expires", "What it asks", "Client", "Agent", "Asked"),
            rest.map { approval, run in
                let words = house.words(run)
                return [
                    Table.Cell(text: clock.absolute(approval.expiresAt), iso: PageClock.iso(approval.expiresAt)),
                    Table.Cell(text: approval.effect, address: "/approvals/\(approval.id)/"),
                    Table.Cell(text: words.client), Table.Cell(text: words.agent),
                    Table.Cell(text: clock.moment(approval.requestedAt), iso: PageClock.iso(approval.requestedAt)),
                ]
            }, empty: next == nil ? "" : "No more of yours among those looked through; others follow.", first: first,
            next: next)
    }

    private func tabs(_ kind: Inbox.Kind?, _ waiting: Inbox.Waiting, _ web: WebRequest) -> Tabs {
        // What is told while the page is open is told of all that somebody may see.
        let isWhole = ["client", "agent", "mine", "assignee"].allSatisfy { web.query($0) == nil }
        func tab(_ one: Inbox.Kind?, _ word: String, _ count: Int) -> Link {
            Link(
                word: word, address: web.address("/inbox/", changing: ["kind": one?.rawValue, "after": nil]),
                isCurrent: one == kind, count: Inbox.word(count),
                counted: isWhole ? "inbox.\(one?.rawValue ?? "all")" : nil)
        }
        return Tabs(
            label: "Kinds",
            tabs: [tab(nil, "All", waiting.count)]
                + Inbox.Kind.allCases.map { tab($0, $0.rawValue.capitalizedFirst, waiting.counts[$0] ?? 0) })
    }

    private func filters(_ people: InboxPeople, _ web: WebRequest) async throws -> Filters {
        let clients = try await ClientPicker(house, people.reader)
        return Filters(
            web, "/inbox/",
            [
                Field("kind", "", .hidden, value: web.query("kind") ?? ""),
                clients.filter(web),
                .choice("agent", "Agent", house.agentChoices, web), people.filter(web),
                Field("mine", "Mine only", .check(isOn: web.query("mine") == "yes")),
            ])
    }

    // MARK: One of each kind

    private func review(_ run: RunRecord, _ report: ArtifactRecord?, _ person: PersonRecord) -> Block {
        let words = house.words(run)
        var block = Block(heading: "◎ Review: \(words.title)", style: "waits")
        guard let report else {
            block.items = Items(items: [words.item("It left no report. Open the run to see what it did.")])
            return block
        }
        let shown = house.words(report)
        block.items = Items(items: [
            .init(
                chip: shown.chip, title: "Open \(shown.title)", address: shown.address,
                meta: .joined([
                    "round \(report.round)", TimedText(shown.period), TimedText(run.headline ?? ""),
                    "ready \(report.createdAt, clock.moment)", "cost so far \(words.cost)",
                ]))
        ])
        if person.role >= .consultant {
            block.forms = ReportActions(house: house).forms(report, person, isAwaited: true)
        }
        return block
    }

    private func question(_ run: RunRecord, _ asker: AskerWords, _ person: PersonRecord) -> Block {
        let words = house.words(run)
        var items = [words.item("asked \(run.acceptedAt, clock.moment) · started by \(asker.words)")]
        if let task = run.taskURL, task.hasPrefix("https://") || task.hasPrefix("http://") {
            items.append(
                .init(title: "Open the task and fill it in there", address: task, meta: TimedText(run.taskID ?? "")))
        }
        if let client = run.clientSlug {
            items.append(
                .init(
                    title: "Open the client's record", address: "/clients/\(client)/#missing",
                    meta: TimedText(words.client)))
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
            if isHalf { forms.append(form("Deliver again…", "deliver", tone: "primary")) }
            if !isHalf, run.mayRetry { forms.append(form("Retry step…", "retry", tone: "primary")) }
            if person.mayStart(for: run.clientSlug) { forms.append(form("Run again…", "again")) }
        }
        if person.role >= .consultant {
            forms.append(
                form(
                    "Mark as seen", "seen",
                    [Field("note", "Note", hint: "What was done about it.", id: "note-\(run.id)")]))
        }
        return Block(
            heading: "✕ \(isHalf ? "Delivery problem" : "Failed"): \(words.title)", style: "waits bad",
            callout: Callout(tone: "bad", title: words.why, fix: words.fix),
            items: Items(items: [
                words.item("\(run.endedAt ?? run.acceptedAt, clock.moment) · attempt \(run.attempt) · \(words.cost)")
            ]), forms: forms)
    }
}
