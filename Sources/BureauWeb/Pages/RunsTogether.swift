import BureauDomain
import BureauEngine
import Hummingbird

/// The same for several runs of a list. A page says first which of them it means and which it leaves alone, and why;
/// then each is done and noted by itself.
struct RunsTogether: Sendable {
    let house: WebHouse
    static let place = "/runs/together"

    enum Deed: String, CaseIterable {
        case stop, again, seen

        var role: Role { self == .seen ? .consultant : .operator }
        var verb: String {
            switch self {
            case .stop: "Stop"
            case .again: "Run again"
            case .seen: "Mark as seen"
            }
        }
        var done: String {
            switch self {
            case .stop: "stopped"
            case .again: "begun again"
            case .seen: "marked as seen"
            }
        }
        var unfit: String {
            switch self {
            case .stop: "They have ended already, or deliver and finish that."
            case .again: "They go on still."
            case .seen: "Only failures and delivery problems wait to be seen."
            }
        }
        var question: Field {
            switch self {
            case .stop: Field("reason", "Reason", .long, hint: "Told to the people who wait for the results.")
            case .again: ConfirmPage.reasonField()
            case .seen: Field("reason", "Note", hint: "What was done about it.")
            }
        }

        func fits(_ run: RunRecord) -> Bool {
            switch self {
            case .stop: !run.state.isFinal && run.state != .stopping && run.state != .delivering
            case .again: run.state.isFinal && run.state != .ignored
            case .seen: run.state == .failed || run.state == .doneWithProblems
            }
        }
    }

    var routes: [Route] {
        [
            .page(Self.place, .consultant) { try await show($0) },
            .action(Self.place, .consultant) { try await act($0) },
        ]
    }

    /// Nil for somebody who may do none of it.
    static func picks(_ person: PersonRecord) -> Picks? {
        let deeds = Deed.allCases.filter { person.role >= $0.role }
        return deeds.isEmpty
            ? nil : Picks(action: place, verbs: deeds.map { .init(word: "\($0.verb)…", value: $0.rawValue) })
    }

    private func deed(_ word: String?, _ person: PersonRecord) throws -> Deed {
        guard let deed = word.flatMap(Deed.init(rawValue:)) else {
            throw PageProblem.badRequest("The form does not say what to do.")
        }
        guard person.role >= deed.role else { throw PageProblem.forbidden(needs: deed.role) }
        return deed
    }

    /// Those that were ticked, newest first. One that may not be seen is not found.
    private func runs(_ ids: [String], _ person: PersonRecord) async throws -> [RunRecord] {
        guard (1...Picks.pickedMax).contains(ids.count) else {
            throw PageProblem.unprocessable(
                ids.isEmpty ? "None is ticked." : "At most \(Picks.pickedMax) in one go.",
                fix: "Go back to the list and tick those you mean.")
        }
        let found = try await house.runs.find(ids: ids.map { $0.uppercased() })
        guard found.count == ids.count, found.values.allSatisfy({ person.maySee(client: $0.clientSlug) }) else {
            throw PageProblem.notFound
        }
        return found.values.sorted { $0.id > $1.id }
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person, deed = try deed(web.query("do"), person)
        let runs = try await runs(web.ticked(Picks.box), person)
        try await house.readConfigs(of: runs)
        let (fit, unfit) = (runs.filter(deed.fits), runs.filter { !deed.fits($0) })
        let count = "\(fit.count) \(fit.count == 1 ? "run" : "runs")"
        var page = Page(title: "\(deed.verb): \(count)", heading: "\(deed.verb): \(count)?")
        page.crumbs = [Link(word: "Runs", address: "/runs/"), Link(word: deed.verb)]
        if !fit.isEmpty {
            page.blocks.append(
                Block(
                    heading: "These", table: RunWords.table("Those it is done to, newest first", fit, house, empty: ""))
            )
        }
        if !unfit.isEmpty {
            page.blocks.append(
                Block(
                    heading: "Left alone (\(unfit.count))", text: deed.unfit,
                    table: RunWords.table("Those left alone, newest first", unfit, house, empty: "")))
        }
        if !fit.isEmpty, let block = try await told(deed, fit, person) { page.blocks.append(block) }
        page.blocks.append(fit.isEmpty ? Block(emptyText: "Nothing is left to do.") : Block(forms: [form(deed, fit)]))
        return try await house.page(page, web)
    }

    private func form(_ deed: Deed, _ runs: [RunRecord]) -> Form {
        Form(
            action: Self.place, verb: "\(deed.verb) (\(runs.count))",
            fields: runs.map { Field(Picks.box + $0.id, "", .hidden, value: "yes") } + [deed.question],
            tone: deed == .stop ? "danger" : "primary", cancel: Link(word: "Back to the list", address: "/runs/"),
            buttonName: "do", buttonValue: deed.rawValue)
    }

    private func act(_ web: WebRequest) async throws -> Response {
        let person = try web.signedIn().person, deed = try deed(web.form["do"], person)
        let text = web.form["reason"] ?? "", reason = ConfirmPage.reason(web)
        let actions = RunActions(house: house), actor = try web.actor()
        var done = 0, others: [String] = []
        for run in try await runs(web.form.ticked(Picks.box), person) {
            do {
                guard deed.fits(run) else { throw PageProblem.conflict(deed.unfit, fix: "Load the list again.") }
                _ = try await actions.noted(run, actor, "run \(deed.done)", reason: reason) { run, person in
                    try await settle(deed, run, person, reason, note: text)
                }
                done += 1
            } catch let refused as RunDesk.Refused {
                others.append("\(house.words(run).title): \(refused.description)")
            } catch PageProblem.unprocessable(let why, _, _) {
                others.append("\(house.words(run).title): \(why)")
            } catch PageProblem.conflict(let why, _) {
                others.append("\(house.words(run).title): \(why)")
            }
        }
        house.wake()
        let notice = (["\(done) \(deed.done)"] + others).joined(separator: ". Not this one, ") + "."
        return try await house.done(String(notice.prefix(1_000)), "/runs/", web)
    }

    private func settle(
        _ deed: Deed, _ run: RunRecord, _ person: String, _ reason: String?, note: String
    ) async throws -> RunRecord {
        switch deed {
        case .stop: return try await house.runs.stop(run.id, by: person, reason: reason)
        case .again: return try await RunActions(house: house).again(run, by: person)
        case .seen:
            try await house.runs.markSeen(run.id, by: person, note: note)
            return run
        }
    }
}
