import BureauDomain
import BureauEngine
import Hummingbird

/// Who waits, and what was set aside: for each dead letter the same two ways out as `bureau queue`.
struct QueuePages: Sendable {
    let house: WebHouse
    private var clock: PageClock { house.clock }
    static let place = "/system/queue", listedMax = 100

    enum Deed: String, CaseIterable {
        case redrive, drop

        var verb: String { self == .redrive ? "Try again" : "Dismiss" }
    }

    var routes: [Route] {
        [
            .page(Self.place, .engineer) { try await show($0) },
            .page(Self.place + "/together", .engineer) { try await ask($0) },
            .action(Self.place + "/together", .engineer) { try await act($0) },
        ]
    }

    private func letters(
        _ person: PersonRecord, ids: [String] = [], before: String? = nil
    ) async throws -> [DeadLetter] {
        var filter = QueueFilter()
        (filter.limit, filter.ids) = (ids.isEmpty ? Self.listedMax + 1 : QueueFilter.limitMax, ids)
        filter.visible = person.clients
        filter.before = before.flatMap { QueueFilter.Place($0) }
        return try await house.queue.parked(filter)
    }

    /// Of one more than is listed; nil when that is all.
    private func cut(_ waiting: [RunRecord]) -> String? {
        guard waiting.count > Self.listedMax else { return nil }
        return "The first \(Self.listedMax); there are more. The list of runs with the status Queued has all."
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let figures = try await house.queue.figures(), person = try web.signedIn().person
        var filter = QueueFilter()
        (filter.limit, filter.visible) = (Self.listedMax + 1, person.clients)
        let clients = try await house.clients.names(with: figures.lines.compactMap(\.client))
        let waiting = try await house.queue.waiting(filter),
            parked = try await letters(person, before: web.query("before"))
        let shown = Array(parked.prefix(Self.listedMax)), here = Self.place + "/"
        let older = parked.count > shown.count ? shown.last.map { "\(QueueFilter.Place($0))" } : nil
        var page = SystemFrame.page("Queue", web)
        page.blocks += [
            Block(
                heading: "By client and agent",
                table: Table(
                    "Runs that wait or are in work",
                    Table.columns("Client", "Agent", "#Waiting", "#In work", "#Ask for approval", "Since"),
                    figures.lines.filter { person.maySee(client: $0.client) }.map { line -> [Table.Cell] in
                        [
                            Table.Cell(text: line.client.map { clients[$0] ?? $0 } ?? "none"),
                            Table.Cell(text: house.agentName(line.agent)),
                            Table.Cell(text: "\(line.waiting)"),
                            Table.Cell(text: "\(line.inWork)"), Table.Cell(text: "\(line.awaitingApproval)"),
                            Table.Cell(
                                text: line.oldestAt.map(clock.moment) ?? "", iso: line.oldestAt.map(PageClock.iso)),
                        ]
                    }, empty: "The queue is empty.", csv: Self.place + ".csv")),
            Block(
                heading: "Waiting",
                table: RunWords.table(
                    "Those that have waited longest first", Array(waiting.prefix(Self.listedMax)), house,
                    empty: "Nobody waits.", csv: "/runs.csv?status=\(RunState.queued.rawValue)",
                    note: cut(waiting),
                    picks: Picks(
                        action: RunsTogether.place,
                        verbs: [.init(word: "Stop…", value: RunsTogether.Deed.stop.rawValue)]))),
            Block(
                heading: "Set aside",
                table: try await table(
                    shown,
                    Picks(
                        action: Self.place + "/together",
                        verbs: Deed.allCases.map { .init(word: "\($0.verb)…", value: $0.rawValue) }),
                    first: web.query("before") == nil ? nil : web.address(here, changing: ["before": nil]),
                    next: older.map { web.address(here, changing: ["before": $0]) }
                ).counted(web)),
        ]
        return try await house.page(page, web)
    }

    private func table(
        _ letters: [DeadLetter], _ picks: Picks? = nil, first: String? = nil, next: String? = nil
    ) async throws -> Table {
        let clients = try await house.clients.names(with: letters.compactMap(\.client))
        return Table(
            "Dead letters: work that goes on only when somebody says so",
            Table.columns("Kind", "What", "Agent", "Client", "Since", "Run"),
            letters.map { letter -> [Table.Cell] in
                [
                    Table.Cell(
                        text: letter.kind.rawValue, pick: picks == nil ? nil : letter.id,
                        pickLabel: "Tick \(letter.kind.rawValue) \(letter.id.prefix(14)): \(letter.sentence)"),
                    Table.Cell(text: letter.sentence), Table.Cell(text: letter.agent.map(house.agentName) ?? ""),
                    Table.Cell(text: letter.client.map { clients[$0] ?? $0 } ?? ""),
                    Table.Cell(text: clock.moment(letter.parkedAt), iso: PageClock.iso(letter.parkedAt)),
                    Table.Cell(
                        text: letter.runID.map { String($0.prefix(10)) } ?? "",
                        address: letter.runID.map { "/runs/\($0)/" }),
                ]
            }, empty: "Nothing was set aside.", csv: picks == nil ? nil : Self.place + "/set-aside.csv", first: first,
            next: next, picks: picks)
    }

    private func chosen(_ word: String?, _ ids: [String], _ web: WebRequest) async throws -> (Deed, [DeadLetter]) {
        guard let deed = word.flatMap(Deed.init(rawValue:)) else {
            throw PageProblem.badRequest("The form does not say what to do.")
        }
        guard (1...Picks.pickedMax).contains(ids.count) else {
            throw PageProblem.unprocessable(
                ids.isEmpty ? "None is ticked." : "At most \(Picks.pickedMax) in one go.",
                fix: "Go back to the queue and tick those you mean.")
        }
        let found = try await letters(try web.signedIn().person, ids: ids)
        return (deed, found.filter { ids.contains($0.id) })
    }

    private func ask(_ web: WebRequest) async throws -> Response {
        let (deed, letters) = try await chosen(web.query("do"), web.ticked(Picks.box), web)
        var page = SystemFrame.page("\(deed.verb): \(letters.count)?", web)
        page.crumbs = [
            Link(word: "System", address: "/system/"), Link(word: "Queue", address: Self.place + "/"),
            Link(word: deed.verb),
        ]
        page.blocks.append(Block(table: try await table(letters)))
        if !letters.isEmpty {
            page.blocks.append(try await told(deed, letters))
            page.blocks.append(
                Block(forms: [
                    Form(
                        action: Self.place + "/together", verb: "\(deed.verb) (\(letters.count))",
                        fields: letters.map { Field(Picks.box + $0.id, "", .hidden, value: "yes") }
                            + [ConfirmPage.reasonField()],
                        tone: deed == .drop ? "danger" : "primary",
                        cancel: Link(word: "Back to the queue", address: Self.place + "/"), buttonName: "do",
                        buttonValue: deed.rawValue)
                ]))
        }
        return try await house.page(page, web)
    }

    private func act(_ web: WebRequest) async throws -> Response {
        let (deed, letters) = try await chosen(web.form["do"], web.form.ticked(Picks.box), web)
        let actor = try web.actor()
        let outcomes =
            switch deed {
            case .redrive: try await house.queue.redrive(letters) { try await house.replay($0) != nil }
            case .drop: try await house.queue.drop(letters, by: actor.name)
            }
        try await house.audit.note(
            actor, deed == .redrive ? "dead letter tried again" : "dead letter dismissed", queue: outcomes,
            reason: ConfirmPage.reason(web)
        ) { id in letters.first { $0.id == id }?.client }
        house.wake()
        let others = outcomes.filter { !$0.isDone }.map { "\($0.id.prefix(14)): \($0.sentence)" }
        let count = "\(outcomes.count { $0.isDone }) \(deed == .redrive ? "tried again" : "dismissed")"
        let notice = ([count] + others).joined(separator: ". Not this one, ") + "."
        return try await house.done(String(notice.prefix(1_000)), Self.place + "/", web)
    }
}
