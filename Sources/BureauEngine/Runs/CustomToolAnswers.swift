import BureauDomain
import BureauStorage
import BureauVendors

/// A session that calls a custom tool waits for its result for ever. Bureau has none yet, so each call is answered
/// with an error the agent can read, once, and people are told.
struct CustomToolAnswers: Sendable {
    let parts: EngineParts
    let hand: RunInHand
    let anthropic: AnthropicClient
    let session: String

    /// Calls answered before, by event id.
    func answered() async throws -> Set<String> {
        let steps = try await parts.database.read { [id = hand.run.id] in
            try StepStore(db: $0).list(run: id, purpose: .session)
        }
        let kinds = ["custom_tool_result", ApprovalAnswers.stepKind]
        return Set(steps.filter { kinds.contains($0.kind) && $0.state == .done }.map(\.subject))
    }

    /// Returns the call's id once it is answered. Throws the vendor's error when it could not be.
    func refuse(_ call: String, name: String) async throws -> String {
        let (id, now, run, doors) = (parts.doors.makeID(), parts.doors.now(), hand.run, parts.doors)
        let step = try await parts.database.write { db in
            let plan = StepPlan(
                channel: .anthropic, kind: "custom_tool_result", subject: call, position: 1, intent: "{}")
            try StepStore(db: db).plan(plan, run: run.id, purpose: .session, id: id, now: now)
            let cause = RunCause(
                .internalError,
                "The agent called the custom tool \"\(name.prefix(60))\", which Bureau does not have. It was told so.")
            try NoticeWriter(db: db, doors: doors).alert(cause, run, kind: .problem, code: "custom_tool")
            return try StepStore(db: db).list(run: run.id, purpose: .session).first { $0.subject == call }
        }
        guard let step else { throw RunMoved(runID: run.id) }
        let write = CustomToolRefusal(anthropic: anthropic, session: session, call: call, name: name)
        switch try await StepRunner(database: parts.database, doors: parts.doors).run(step, write) {
        case .done: return call
        case .doubtful(let why): throw InDoubt(step: step, why: why)
        case .failed(let why):
            throw StepProblem(description: "the custom tool call could not be answered: \(why)")
        }
    }
}

/// The answer, findable by the call it answers.
struct CustomToolRefusal: OutboundWrite {
    let anthropic: AnthropicClient
    let session: String
    let call: String
    let name: String

    private var text: String { "There is no tool named \(name.prefix(60)) on the other side. Go on without it." }
    var sent: SentContent? { SentContent(json: ["call": call, "text": text]) }

    func write() async throws -> String {
        _ = try await anthropic.send([.customToolResult(customToolUseID: call, text: text, isError: true)], to: session)
        return try JSONText.encode(["call": call])
    }

    func probe() async throws -> Probe {
        let newest = try await anthropic.history(
            of: session, limit: 100, newestFirst: true, types: ["user.custom_tool_result"])
        let answers = newest.events.compactMap { try? $0.decoded() }
        let isThere = answers.contains {
            if case .userCustomToolResult(call, _, _) = $0.content { true } else { false }
        }
        return isThere ? .found(receipt: try JSONText.encode(["call": call])) : .absent
    }
}
