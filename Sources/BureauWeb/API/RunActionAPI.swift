import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// What programs do with a run: the pages' buttons under the same names.
struct RunActionAPI: Sendable {
    let house: WebHouse

    private static let ending: APIShape = .object(
        [
            .optional("reason", .line(0...300), "Told to the people who wait for the result."),
            .optional(
                "files", .choice(["keep", "discard"]),
                "What becomes of its files so far; kept otherwise. The first stop settles it."),
        ], isOpen: false)
    private static let config: APIShape = .object(
        [
            .optional("config", .choice(["today", "run"]), "The agent's config of today, or that of the run itself."),
            .optional(
                "payload", .object([], isOpen: true),
                "The new run's whole input in place of this one's; at most \(GivenInput.payloadBytesMax) bytes of JSON."
            ),
        ], isOpen: false)
    private static let nothing: APIShape = .object([], isOpen: false)
    private static let note: APIShape = .object([.optional("note", .line(0...500), "What was done.")], isOpen: false)
    private static let channel: APIShape = .object(
        [
            .optional(
                "channel", .choice(["google_drive", "clickup", "asana", "slack", "folder"]),
                "Only this one; all otherwise.")
        ], isOpen: false)
    private static let resolution: APIShape = .object(
        [
            .init(
                name: "outcome", shape: .choice(["happened", "repeat", "give_up"]),
                meaning: "It is there; it is not there and is made again; it is left undone."),
            .optional("step", .text(6...26, pattern: "^[0-9A-Za-z]{6,26}$"), "Which one, when several are in doubt."),
            .optional("at", .line(1...2_000), "Where it is, with \"happened\": a link, or a session's id."),
        ], isOpen: false)

    var routes: [Route] {
        [
            action(
                "stop", "stopRun",
                "Stop it. One that delivers finishes: refused, unless runs it has started can be asked to stop.",
                "run stopped", Self.ending
            ) {
                try await house.runs.stop(
                    $1.id, by: $2.name, reason: $0.text("reason"), discarding: $0.text("files") == "discard")
            },
            action("start", "startRunNow", "Put it first in its line.", "run put first", Self.nothing) {
                _, run, actor in
                try await house.runs.putFirst(run.id, by: actor.name)
            },
            action("retry", "retryStep", "Retry the step it failed at.", "run retried", Self.nothing) { _, run, _ in
                try await house.runs.retry(run.id)
            },
            action(
                "again", "runAgain", "A new run of the same or changed input.", "run started again", Self.config,
                .created
            ) { try await again($0, $1, by: $2) },
            action("recheck", "recheckRun", "Look again at what it waits for.", "run rechecked", Self.nothing) {
                _, run, _ in
                try await house.runs.recheck(run.id)
            },
            action("deliver", "deliverRun", "Deliver what is missing.", "run delivered again", Self.channel) {
                call, run, _ in
                let channel = call.text("channel").flatMap(StepRecord.Channel.init(rawValue:))
                return try await house.runs.deliver(run.id, channel: channel)
            },
            action(
                "resolve", "resolveRun", "Say what became of a write that may or may not have happened.",
                "doubt resolved", Self.resolution
            ) {
                let outcome: Resolution =
                    switch $0.text("outcome") {
                    case "happened": .happened(link: $0.text("at"))
                    case "repeat": .again
                    default: .giveUp
                    }
                return try await house.runs.resolve($1.id, step: $0.text("step"), outcome, by: $2.name)
            }, seen,
        ]
    }

    private func again(_ call: APICall, _ run: RunRecord, by actor: Actor) async throws -> RunRecord {
        guard call.visible == nil || run.clientSlug != nil else {
            throw APIProblem(
                status: .unprocessableContent, title: "A client is missing",
                detail: "You see some clients, and this run is for none.",
                fix: "Ask somebody who sees all clients.")
        }
        guard let today = house.catalog.agent(run.agent) else {
            throw APIProblem(
                status: .conflict, title: "No such agent", detail: "There is no agent \(run.agent) any more.",
                fix: "Put its file back into the agents folder.")
        }
        let isAsThen = call.text("config") == "run"
        guard let agent = try await isAsThen ? house.catalog.version(run.configHash) : today else {
            throw APIProblem(
                status: .conflict, title: "No such config",
                detail: "The config of run \(run.id) is not kept any more.",
                fix: "Ask for the config of today.")
        }
        var payload: String?
        if let written = call.body["payload"]?.object {
            payload = try await RunEdit(house: house).payload(written, for: run, agent)
        }
        return try await house.runs.again(
            run.id, agent: agent, by: "\(actor.surface) \(actor.name)", from: .api, payload: payload)
    }

    /// Nothing of the run moves, so whoever may say it on its page may say it here.
    private var seen: Route {
        .operation(
            house, .post, "/runs/:id/seen", .consultant, .run,
            as: .init(
                name: "markRunSeen", tag: RunAPI.tag, summary: "Its failure needs nobody any more.",
                answer: .one(.named("Run")), body: Self.note),
            current: { try await RunDocument(house: house).page($0.web.theRun()) }
        ) { call in
            let (run, actor, note) = (try call.web.theRun(), try call.web.actor(), call.text("note") ?? "")
            try await house.runs.markSeen(run.id, by: actor.name, note: note)
            try await house.audit.note(seen: run, by: actor, note)
            house.wake()
            return .one(run.document)
        }
    }

    private func action(
        _ verb: String, _ name: String, _ summary: String, _ noted: String, _ body: APIShape,
        _ status: HTTPResponse.Status = .ok,
        _ act: @escaping @Sendable (APICall, RunRecord, Actor) async throws -> RunRecord
    ) -> Route {
        .operation(
            house, .post, "/runs/:id/\(verb)", .operator, .run,
            as: .init(
                name: name, tag: RunAPI.tag, summary: summary, answer: .one(.named("Run")), body: body, status: status),
            current: { try await RunDocument(house: house).page($0.web.theRun()) }
        ) { call in
            let (before, actor) = (try call.web.theRun(), try call.web.actor())
            let after = try await act(call, before, actor)
            house.wake()
            try await house.audit.note(actor, noted, run: before, after: after, reason: call.text("reason"))
            return .one(after.document)
        }
    }
}
