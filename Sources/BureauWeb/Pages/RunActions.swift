import BureauDomain
import BureauEngine
import Hummingbird

/// What people do with a run. Each is noted in the audit log with the state before and after.
struct RunActions: Sendable {
    let house: WebHouse

    var routes: [Route] {
        RunAsks(house: house).routes + [
            .action("/runs/:id/stop/ask", .operator, .run) { .seeOther("/runs/\(try $0.theRun().id)/stop") },
            .action("/runs/:id/stop", .operator, .run) { web in
                let isBelow = try web.theRun().state == .delivering
                let notice = isBelow ? RunDesk.stopsChildren : "The run is being stopped."
                return try await act(web, "run stopped", notice) { run, person in
                    try await house.runs.stop(
                        run.id, by: person, reason: ConfirmPage.reason(web),
                        discarding: web.form[RunAsks.files] == RunAsks.discard)
                }
            },
            .action("/runs/:id/start", .operator, .run) { web in
                try await act(web, "run put first", "It goes first in its line now.") { run, person in
                    try await house.runs.putFirst(run.id, by: person)
                }
            },
            .action("/runs/:id/retry", .operator, .run) { web in
                guard ConfirmPage.isConfirmed(web) else { return .seeOther("/runs/\(try web.theRun().id)/retry") }
                return try await act(web, "run retried", "The run goes on.") { run, _ in
                    try await house.runs.retry(run.id)
                }
            },
            .action("/runs/:id/recheck", .operator, .run) { web in
                try await act(web, "run rechecked", "The run is looked at again.") { run, _ in
                    try await house.runs.recheck(run.id)
                }
            },
            .action("/runs/:id/deliver", .operator, .run) { try await deliver($0) },
            .action("/runs/:id/again", .operator, .run) { try await again($0) },
            .action("/runs/:id/resolve", .operator, .run) { try await resolve($0) },
            .action("/runs/:id/seen", .consultant, .run) { try await markSeen($0) },
        ]
    }

    /// Nil for all of them.
    static func channel(_ given: String?) throws -> StepRecord.Channel? {
        guard let given, !given.isEmpty else { return nil }
        guard let channel = StepRecord.Channel(rawValue: given) else {
            throw PageProblem.badRequest("There is no such channel.")
        }
        return channel
    }

    private func act(
        _ web: WebRequest, _ action: String, _ notice: String, _ body: (RunRecord, String) async throws -> RunRecord
    ) async throws -> Response {
        let reason = ConfirmPage.reason(web)
        let after = try await noted(try web.theRun(), try web.actor(), action, reason: reason, body)
        house.wake()
        return try await house.done(notice, "/runs/\(after.id)/", web)
    }

    /// Does it, and writes down by whom, and why when they said so.
    func noted(
        _ run: RunRecord, _ actor: Actor, _ action: String, reason: String? = nil,
        _ body: (RunRecord, String) async throws -> RunRecord
    ) async throws -> RunRecord {
        let after = try await body(run, actor.name)
        try await house.audit.note(actor, action, run: run, after: after, reason: reason)
        return after
    }

    func agent(of run: RunRecord) throws -> LoadedAgent {
        guard let agent = house.catalog.agent(run.agent) else {
            throw PageProblem.conflict(
                "There is no agent named \(run.agent) any more.", fix: "Put its file back into the agents folder.")
        }
        return agent
    }

    /// By the gate, whoever asks is the reader.
    func expectStarter(of run: RunRecord) throws {
        guard Reader.person?.mayStart(for: run.clientSlug) ?? true else {
            throw PageProblem.unprocessable(
                "This run has no client, and you see some clients alone.", fix: "Ask somebody who sees all of them.")
        }
    }

    private func again(_ web: WebRequest) async throws -> Response {
        guard ConfirmPage.isConfirmed(web) else { return .seeOther("/runs/\(try web.theRun().id)/again") }
        let isAsThen = web.form[RunAsks.config] == RunAsks.ofRun, run = try web.theRun()
        do {
            let written = web.form[StartInput.payload] ?? ""
            let changed = try await RunEdit(house: house).payload(written, for: run, agent(of: run))
            let notice = "A new run of \(changed == nil ? "the same" : "the changed") input has begun."
            return try await act(web, "run started again", notice) {
                try await again($0, by: $1, isAsThen: isAsThen, payload: changed)
            }
        } catch let problem as FieldProblem { return try await RunAsks(house: house).askAgain(web, problem) }
    }

    /// Under the agent's config of today, or that of the run where somebody chose it; with its own input unless
    /// `payload` is another.
    func again(
        _ run: RunRecord, by person: String, isAsThen: Bool = false, payload: String? = nil
    ) async throws -> RunRecord {
        try expectStarter(of: run)
        let today = try agent(of: run)
        guard let agent = try await isAsThen ? house.catalog.version(run.configHash) : today else {
            throw PageProblem.conflict(
                "The config of that run is not kept any more.", fix: "Run it again under the config of today.")
        }
        return try await house.runs.again(run.id, agent: agent, by: "web \(person)", from: .api, payload: payload)
    }

    private func deliver(_ web: WebRequest) async throws -> Response {
        let channel = try Self.channel(web.form["channel"])
        guard ConfirmPage.isConfirmed(web) else {
            let only = channel.map { "?channel=\($0.rawValue)" } ?? ""
            return .seeOther("/runs/\(try web.theRun().id)/deliver\(only)")
        }
        return try await act(web, "run delivered again", "What is missing is delivered.") { run, _ in
            try await house.runs.deliver(run.id, channel: channel)
        }
    }

    private func resolve(_ web: WebRequest) async throws -> Response {
        let step = web.form["step"] ?? "", run = try web.theRun()
        guard let doubt = try await house.runs.doubts(run.id).first(where: { $0.id == step }) else {
            throw PageProblem.conflict(
                "Nothing of this run is in doubt any more, or somebody else has decided it.",
                fix: "Open the run: its timeline says who said what.")
        }
        let outcome = try RunDoubts.outcome(web.form, doubt)
        return try await act(web, "doubt resolved", "Noted. \(RunDoubts.notice(outcome))") { run, person in
            try await house.runs.resolve(run.id, step: doubt.id, outcome, by: person)
        }
    }

    private func markSeen(_ web: WebRequest) async throws -> Response {
        let (run, actor) = (try web.theRun(), try web.actor())
        let note = web.form["note"] ?? ""
        try await house.runs.markSeen(run.id, by: actor.name, note: note)
        try await house.audit.note(seen: run, by: actor, note)
        return try await house.done("Noted. It no longer waits for anybody.", "/runs/\(run.id)/", web)
    }
}
