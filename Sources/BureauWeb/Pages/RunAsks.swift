import BureauDomain
import BureauEngine
import Hummingbird

/// The pages that ask before something is done to a run.
struct RunAsks: Sendable {
    let house: WebHouse
    /// Fields of the forms, with what they hold when it is not the usual.
    static let files = "files", discard = "discard", config = "config", ofRun = "run"

    var routes: [Route] {
        [
            .page("/runs/:id/stop", .operator, .run) { web in
                let run = try web.theRun()
                if run.state == .delivering { return try await show(try await stopBelow(run), web) }
                try expect(
                    RunsTogether.Deed.stop.fits(run),
                    run.state == .stopping ? "This run is being stopped already." : "This run has ended already.")
                return try await show(try await stop(run), web)
            },
            .page("/runs/:id/again", .operator, .run) { try await askAgain($0) },
            .page("/runs/:id/retry", .operator, .run) { web in
                let run = try web.theRun()
                try expect(
                    run.mayRetry, "This run cannot be taken up where it failed.", "Open it: it may be run again.")
                return try await show(retry(run), web)
            },
            .page("/runs/:id/deliver", .operator, .run) { web in
                let run = try web.theRun()
                try expect(run.mayDeliverAgain, "This run cannot be delivered again as it is now.")
                return try await show(deliver(run, RunActions.channel(web.query("channel"))), web)
            },
        ]
    }

    /// Nobody is asked about what would be refused: the run may have moved on since the page with the button was made.
    private func expect(
        _ isSo: Bool, _ problem: String, _ fix: String = "Open the run: it shows what it is doing now."
    ) throws {
        guard isSo else { throw PageProblem.conflict(problem, fix: fix) }
    }

    private func show(_ page: ConfirmPage, _ web: WebRequest) async throws -> Response {
        try await house.page(page.page, web)
    }

    private func crumbs(_ words: RunWords, _ verb: String) -> [Link] {
        [
            Link(word: "Runs", address: "/runs/"), Link(word: "run \(words.run.id.prefix(10))", address: words.address),
            Link(word: verb),
        ]
    }

    private func stop(_ run: RunRecord) async throws -> ConfirmPage {
        let words = house.words(run)
        guard run.state != .queued else { return drop(run, words) }
        let files = try await soFar(run)
        return ConfirmPage(
            question: "Stop this run?", about: words.title, crumbs: crumbs(words, "Stop"),
            effect: files == nil
                ? "The agent stops at once. Files written so far are kept."
                : "The agent stops at once. What becomes of the files written so far is chosen below.",
            cost: "\(words.cost) is spent already; nothing more is.",
            reach: "The task and Slack are told who stopped it and why.",
            undo: "A stopped run does not go on. Files that were kept can be delivered later, "
                + "and it can be run again from its beginning.",
            action: "/runs/\(run.id)/stop", verb: "Stop run", tone: "danger", fields: [files].compactMap(\.self),
            reason: Field("reason", "Reason", .long, hint: "Told to the people who wait for the result."),
            back: Link(word: "Keep running", address: words.address))
    }

    /// What delivers finishes; those it has started may be asked to stop, and those it would start never begin.
    private func stopBelow(_ run: RunRecord) async throws -> ConfirmPage {
        try expect(try await house.runs.hasToStop(run), "This run cannot be stopped: \(RunDesk.delivers).")
        let words = house.words(run)
        return ConfirmPage(
            question: "Stop what follows from this run?", about: words.title, crumbs: crumbs(words, "Stop"),
            effect: RunDesk.stopsChildren,
            cost: "\(words.cost) is spent already by this one.",
            reach: "The people who wait for their results are told who stopped them.",
            undo: "A stopped run does not go on. Each can be run again from its beginning.",
            action: "/runs/\(run.id)/stop", verb: "Stop what follows", tone: "danger",
            reason: Field("reason", "Reason", .long, hint: "Told to the people who wait for the result."),
            back: Link(word: "Let it go on", address: words.address))
    }

    /// What becomes of its files can be chosen while its session writes them; nil when they are kept in any case.
    private func soFar(_ run: RunRecord) async throws -> Field? {
        guard [.starting, .running, .waitingApproval, .revising].contains(run.state),
            let agent = try await house.catalog.version(run.configHash), agent.config.anthropic != nil
        else { return nil }
        return Field(
            Self.files, "Files written so far",
            .options([
                .init(word: "Keep them with the run", value: "keep", isOn: true),
                .init(word: "Discard them: they are not fetched", value: Self.discard),
            ]))
    }

    /// What has not begun is not stopped but taken out of the queue.
    private func drop(_ run: RunRecord, _ words: RunWords) -> ConfirmPage {
        ConfirmPage(
            question: "Drop this run?", about: words.title, crumbs: crumbs(words, "Drop"),
            effect: "It is taken out of the queue and does not begin. If a worker takes it up first, it is stopped.",
            cost: run.spentMicroUSD == 0 ? "Nothing has been spent." : "\(words.cost) is spent already.",
            reach: "The task and Slack are told who dropped it and why.",
            undo: "A dropped run does not begin by itself, but it can be run again.",
            action: "/runs/\(run.id)/stop", verb: "Drop run", tone: "danger",
            reason: Field("reason", "Reason", .long, hint: "Told to the people who wait for the result."),
            back: Link(word: "Leave it in the queue", address: words.address))
    }

    /// With what was written and what is wrong with it, where it was sent already.
    func askAgain(_ web: WebRequest, _ problem: FieldProblem? = nil) async throws -> Response {
        let run = try web.theRun()
        try expect(
            RunsTogether.Deed.again.fits(run),
            run.state.isFinal ? "This run was ignored, and would be again." : "This run goes on still.")
        try RunActions(house: house).expectStarter(of: run)
        var ask = try await again(run, web.signedIn().person, isAsThen: web.form[Self.config] == Self.ofRun)
        ask.reason = ConfirmPage.reasonField(web.form["reason"] ?? "")
        if let text = RunEdit(house: house).text(of: run) {
            ask.effect += " Its input can be changed below."
            ask.folded = StartInput.folded(
                "Change the input", web.form[StartInput.payload] ?? text,
                hint: "The whole payload as JSON; empty, it is as it was. What the task says comes before it.", problem)
        }
        var page = ask.page
        if let problem {
            page.status = 422
            page.blocks.insert(problem.summary(ask.folded?.fields ?? []), at: 0)
        }
        return try await house.page(page, web)
    }

    private func again(_ run: RunRecord, _ person: PersonRecord, isAsThen: Bool) async throws -> ConfirmPage {
        let words = house.words(run), agent = try RunActions(house: house).agent(of: run)
        let limit = run.costMax(agent.config, byDefault: house.settings.defaultSessionCostMax)
        let lately = try await AgentFigures.of(run.agent, person, house)
        let isSame = agent.hash == run.configHash
        let earlier = try await isSame ? nil : house.catalog.version(run.configHash)
        let today = "the agent's config of today, version \(agent.config.version); this run used \(run.agentVersion)"
        let version =
            isSame
            ? "the same config, version \(agent.config.version)" : earlier == nil ? today : "the config chosen below"
        return ConfirmPage(
            question: "Run this again?", about: words.title, crumbs: crumbs(words, "Run again"),
            effect: "A new run with the same input begins, under \(version). This one stays as it is.",
            cost: "At most \(limit). " + (lately.expectation ?? "None of this agent's runs has been done lately."),
            reach: "Its results are delivered to the same places as this run's.",
            undo: "The new run can be stopped; what it has spent by then is spent.",
            action: "/runs/\(run.id)/again", verb: "Run again",
            fields: [earlier.map { configs($0, agent, isAsThen) }].compactMap(\.self),
            back: Link(word: "Leave it", address: words.address))
    }

    private func configs(_ earlier: LoadedAgent, _ today: LoadedAgent, _ isAsThen: Bool) -> Field {
        Field(
            Self.config, "Config",
            .options([
                .init(word: "Of today, version \(today.config.version)", value: "today", isOn: !isAsThen),
                .init(word: "Of this run, version \(earlier.config.version)", value: Self.ofRun, isOn: isAsThen),
            ]), hint: "The run's page tells how they differ.")
    }

    private func retry(_ run: RunRecord) -> ConfirmPage {
        let words = house.words(run)
        return ConfirmPage(
            question: "Retry this step?", about: words.title, crumbs: crumbs(words, "Retry step"),
            effect: "It goes on where it failed. What succeeded is kept and not done a second time.",
            cost: run.sessionID == nil
                ? "A session is opened: at most what is left of the run's limit. \(words.cost) is spent."
                : "The session goes on where more of it is needed, within the run's limit. \(words.cost) is spent.",
            reach: "Its results go to the same places, and its task and thread tell that it goes on.",
            undo: "It can be stopped; what it has spent by then is spent.",
            action: "/runs/\(run.id)/retry", verb: "Retry step", back: Link(word: "Leave it", address: words.address))
    }

    private func deliver(_ run: RunRecord, _ channel: StepRecord.Channel?) async throws -> ConfirmPage {
        let words = house.words(run)
        let steps = try await house.runs.steps(run.id).filter { channel == nil || $0.channel == channel }
        let missing = steps.filter { $0.state != .done }
        let places = Set(missing.map(\.channel.word)).sorted().joined(separator: ", ")
        return ConfirmPage(
            question: "Deliver again?", about: words.title, crumbs: crumbs(words, "Deliver again"),
            effect: (steps.isEmpty
                ? "The files it has are delivered to its agent's places; none was before."
                : missing.isEmpty
                    ? "Everything has arrived before."
                    : "\(missing.count) of \(steps.count) are tried again: \(places).")
                + " What arrived is looked at and not written a second time.",
            cost: "Nothing: no session is opened.",
            reach: steps.isEmpty
                ? "Whoever reads those places."
                : missing.isEmpty ? "Nobody: nothing new is written." : "Whoever reads \(places).",
            undo: "Not from here: what is written there has to be taken away there.",
            action: "/runs/\(run.id)/deliver", verb: "Deliver again",
            fields: channel.map { [Field("channel", "", .hidden, value: $0.rawValue)] } ?? [],
            back: Link(word: "Leave it", address: words.address))
    }
}
