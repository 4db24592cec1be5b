import BureauDomain
import BureauEngine
import Hummingbird

/// What people do with a run. Each is noted in the audit log with the state before and after.
struct RunActions: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .page("/runs/:id/stop", .operator, .run) { try await askToStop($0) },
            .action("/runs/:id/stop/ask", .operator, .run) { .seeOther("/runs/\(try $0.theRun().id)/stop") },
            .action("/runs/:id/stop", .operator, .run) { web in
                let reason = web.form["reason"] ?? ""
                return try await act(web, "run stopped", "The run is being stopped.") { run, person in
                    try await house.runs.stop(run.id, by: person, reason: reason.isEmpty ? nil : reason)
                }
            },
            .action("/runs/:id/retry", .operator, .run) { web in
                try await act(web, "run retried", "The run goes on.") { run, _ in try await house.runs.retry(run.id) }
            },
            .action("/runs/:id/recheck", .operator, .run) { web in
                try await act(web, "run rechecked", "The run is looked at again.") { run, _ in
                    try await house.runs.recheck(run.id)
                }
            },
            .action("/runs/:id/deliver", .operator, .run) { web in
                let channel = try Self.channel(web.form["channel"])
                return try await act(web, "run delivered again", "What is missing is delivered.") { run, _ in
                    try await house.runs.deliver(run.id, channel: channel)
                }
            },
            .action("/runs/:id/again", .operator, .run) { web in
                try await act(web, "run started again", "A new run of the same input has begun.") {
                    try await again($0, by: $1)
                }
            },
            .action("/runs/:id/seen", .consultant, .run) { try await markSeen($0) },
        ]
    }

    /// Nil for all of them.
    private static func channel(_ given: String?) throws -> StepRecord.Channel? {
        guard let given, !given.isEmpty else { return nil }
        guard let channel = StepRecord.Channel(rawValue: given) else {
            throw PageProblem.badRequest("There is no such channel.")
        }
        return channel
    }

    private func act(
        _ web: WebRequest, _ action: String, _ notice: String, _ body: (RunRecord, String) async throws -> RunRecord
    ) async throws -> Response {
        let after = try await noted(try web.theRun(), try web.actor(), action, body)
        house.wake()
        return try await house.done(notice, "/runs/\(after.id)/", web)
    }

    /// Does it, and writes down by whom.
    func noted(
        _ run: RunRecord, _ actor: Actor, _ action: String, _ body: (RunRecord, String) async throws -> RunRecord
    ) async throws -> RunRecord {
        let after = try await body(run, actor.name)
        try await house.audit.note(
            actor, action, "run \(run.id)", client: run.clientSlug, before: Self.state(run), after: Self.state(after))
        return after
    }

    func again(_ run: RunRecord, by person: String) async throws -> RunRecord {
        guard let agent = house.catalog.agent(run.agent) else {
            throw PageProblem.conflict(
                "There is no agent named \(run.agent) any more.", fix: "Put its file back into the agents folder.")
        }
        return try await house.runs.again(run.id, agent: agent, by: "web \(person)", from: .api)
    }

    private static func state(_ run: RunRecord) -> JSONValue {
        .object(JSONObject([("run", .string(run.id)), ("status", .string(run.state.rawValue))]))
    }

    private func markSeen(_ web: WebRequest) async throws -> Response {
        let (run, actor) = (try web.theRun(), try web.actor())
        try await house.runs.markSeen(run.id, by: actor.name, note: web.form["note"] ?? "")
        try await house.audit.note(actor, "failure seen", "run \(run.id)", client: run.clientSlug)
        return try await house.done("Noted. It no longer waits for anybody.", "/runs/\(run.id)/", web)
    }

    private func askToStop(_ web: WebRequest) async throws -> Response {
        let run = try web.theRun()
        let words = house.words(run)
        var page = Page(title: "Stop run", heading: "Stop this run?")
        page.crumbs = [
            Link(word: "Runs", address: "/runs/"), Link(word: "run \(run.id.prefix(10))", address: words.address),
            Link(word: "Stop"),
        ]
        page.lead = words.title
        page.blocks = [
            Block(
                callout: Callout(
                    tone: "warn", title: "The agent stops at once. \(words.cost) is spent. Files so far are kept.",
                    text: "The task and Slack are told who stopped it and why. A stopped run can be run again.")),
            Block(forms: [
                Form(
                    action: "/runs/\(run.id)/stop", verb: "Stop run",
                    fields: [Field("reason", "Reason", .long, hint: "Told to the people who wait for the result.")],
                    tone: "danger", cancel: Link(word: "Keep running", address: words.address))
            ]),
        ]
        return try await house.page(page, web)
    }
}
