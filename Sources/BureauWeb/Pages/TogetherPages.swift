import BureauDomain
import BureauEngine
import Hummingbird

/// Several questions of the same kind, decided on one page. Each is shown in full, each is decided and noted by
/// itself, and one that somebody else was faster with says so.
struct TogetherPages: Sendable {
    let house: WebHouse
    static let place = "/approvals/together", togetherMax = 20, labelCharactersMax = 200

    var routes: [Route] {
        [
            .page(Self.place, .consultant) { try await show($0) },
            .action(Self.place, .consultant) { try await decide($0) },
        ]
    }

    private typealias Question = (approval: ApprovalRecord, run: RunRecord)

    /// What may be decided together: the same agent asks for the same tool for the same client.
    private struct Kind: Hashable {
        let agent: String, client: String?, tool: String

        init(_ question: Question) {
            (agent, client, tool) = (question.run.agent, question.run.clientSlug, question.approval.tool)
        }
    }

    /// Money is decided one by one: each amount is another one.
    private static func isFit(_ question: Question) -> Bool { !question.approval.isAboutMoney }

    /// For the inbox: one form for each kind of which several wait.
    func offers(_ waiting: Inbox.Waiting, _ person: PersonRecord) async throws -> [Block] {
        let mayDecide = try await Inbox(house: house).decidable(waiting, person)
        let fit = waiting.approvals.filter { mayDecide.contains($0.approval.id) && Self.isFit($0) }
        let kinds = Dictionary(grouping: fit, by: Kind.init).values.filter { $0.count > 1 }
        return kinds.sorted { $0[0].approval.id < $1[0].approval.id }.map { all in
            let questions = all.prefix(Self.togetherMax)
            let title = "\(house.words(all[0].run).title) · \(all[0].approval.tool)"
            return Block(
                heading: "\(questions.count) of the same kind: \(title)", style: "waits",
                text: "Tick those you want to decide together. The next page shows each of them in full.",
                filters: Filters(
                    action: Self.place,
                    fields: questions.map { question in
                        let told = label(question.approval)
                        var field = Field(
                            Picks.box + question.approval.id, told.words, .check(isOn: true),
                            id: "pick-\(question.approval.id)")
                        field.told = told
                        return field
                    }, verb: "Look at the ticked ones together", style: "form wide"))
        }
    }

    private func label(_ approval: ApprovalRecord) -> TimedText {
        let words = ApprovalView.lines(approval).map { "\($0.name): \($0.value)" }.joined(separator: " · ")
        let shown = String((words.isEmpty ? approval.effect : words).prefix(Self.labelCharactersMax))
        return "\(shown) (asked \(approval.requestedAt, house.clock.moment))"
    }

    private func questions(_ ids: [String], _ web: WebRequest) async throws -> [Question] {
        let person = try web.signedIn().person
        guard (1...Self.togetherMax).contains(ids.count) else {
            throw PageProblem.unprocessable(
                ids.isEmpty ? "None is ticked." : "At most \(Self.togetherMax) are decided together.",
                fix: "Go back to the inbox and tick those you mean.")
        }
        var found: [Question] = []
        for id in ids {
            guard let approval = try await house.approvals.find(id.uppercased()),
                let run = try? await house.runs.find(approval.runID), person.maySee(client: run.clientSlug)
            else { throw PageProblem.notFound }
            found.append((approval, run))
        }
        guard Set(found.map(Kind.init)).count == 1, found.allSatisfy(Self.isFit) else {
            throw PageProblem.unprocessable(
                "These are not of one kind.",
                fix:
                    "Together goes what one agent asks to do with one tool for one client. Decide the others by themselves."
            )
        }
        // As the inbox has them.
        return found.sorted { ($0.approval.expiresAt, $0.approval.id) < ($1.approval.expiresAt, $1.approval.id) }
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let visitor = try web.signedIn()
        let questions = try await questions(web.ticked(Picks.box), web)
        let words = house.words(questions[0].run)
        let mayDecide = try await house.approvals.decidable(questions, by: ApprovalView.decider(visitor.person))
        let open = questions.filter { mayDecide.contains($0.approval.id) }
        var page = Page(title: "Decide together", heading: "Decide \(questions.count) together")
        page.lead = "\(words.title) · \(questions[0].approval.tool)"
        page.crumbs = [Link(word: "Inbox", address: "/inbox/"), Link(word: "Decide together")]
        for (approval, run) in questions {
            var card = try await ApprovalView(house: house).card(approval, run, visitor)
            card.mayDecide = false
            page.blocks.append(Block(approval: card))
        }
        page.blocks.append(
            open.isEmpty
                ? Block(emptyText: "None of these waits for you any more.", forms: [])
                : Block(
                    heading: "Your decision about \(open.count)", style: "waits",
                    text: "Each is decided by itself. Where somebody was faster, their decision stands.",
                    forms: [form("Approve", "approve", open), form("Deny", "deny", open)]))
        return try await house.page(page, web)
    }

    private func form(_ verb: String, _ decision: String, _ open: [Question]) -> Form {
        let isDenial = decision == "deny"
        let reason = Field("reason", "Reason", .long, hint: "Each of the agents is told why.", isRequired: true)
        return Form(
            action: Self.place, verb: "\(verb) \(open.count)",
            fields: open.map { Field(Picks.box + $0.approval.id, "", .hidden, value: "yes") }
                + (isDenial ? [reason] : []), tone: isDenial ? "danger" : "primary", buttonName: "decision",
            buttonValue: decision)
    }

    private func decide(_ web: WebRequest) async throws -> Response {
        let ids = web.form.ticked(Picks.box)
        let questions = try await questions(ids, web)
        let verdict = try ApprovalPages.Verdict(web.form)
        var decided = 0, others: [String] = []
        for question in questions {
            let outcome = try await ApprovalPages(house: house).settle(question.approval, question.run, verdict, web)
            if case .decided = outcome {
                decided += 1
            } else {
                let why = SlackFrontDesk.words(outcome, house.clock.zone) ?? "not decided"
                others.append("\(label(question.approval).words): \(why)")
            }
        }
        let notice = (["\(decided) \(verdict.word)"] + others).joined(separator: ". Not decided by you: ") + "."
        let back = ids.map { "\(Picks.box)\(WebRequest.escaped($0))=yes" }.joined(separator: "&")
        return try await house.done(notice, "\(Self.place)?\(back)", web)
    }
}
