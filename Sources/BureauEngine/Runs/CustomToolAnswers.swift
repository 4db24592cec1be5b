import BureauDomain
import BureauStorage
import BureauVendors

/// A session that calls a custom tool waits for its result for ever. So each call is answered once: those of the one
/// tool Bureau has, and any other with an error the agent can read, of which people are told.
struct CustomToolAnswers: Sendable {
    let parts: EngineParts
    let hand: RunInHand
    let anthropic: AnthropicClient
    let session: String

    /// Calls answered before, by event id.
    func answered() async throws -> Set<String> {
        let steps = try await parts.database.lookUp { [id = hand.run.id] in
            try StepStore(db: $0).list(run: id, purpose: .session)
        }
        let kinds = ["custom_tool_result", ApprovalAnswers.stepKind]
        return Set(steps.filter { kinds.contains($0.kind) && $0.state == .done }.map(\.subject))
    }

    /// Returns the call's id once it is answered. Throws the vendor's error when it could not be.
    func answer(_ call: String, name: String) async throws -> String {
        let isOurs = name == SectionTool.name && SectionTool.limit(hand) != nil
        let answer =
            isOurs
            ? try await SectionTool(parts: parts, hand: hand).answer(call, input: try input(of: call))
            : SectionTool.Answer(
                text: "There is no tool named \(name.prefix(60)) on the other side. Go on without it.", isError: true)
        return try await send(answer, call: call, name: name, isKnown: isOurs)
    }

    /// The call's input as the session's log has it.
    private func input(of call: String) throws -> [UInt8] {
        var input: [UInt8] = []
        _ = try SessionLog(folder: parts.settings.sessionLogFolder, session: session) { event in
            guard event.id == call, let decoded = try? event.decoded(), case .toolUse(let use) = decoded.content else {
                return
            }
            input = use.inputJSON
        }
        return input
    }

    private func send(_ answer: SectionTool.Answer, call: String, name: String, isKnown: Bool) async throws -> String {
        let (id, now, run, doors) = (parts.doors.makeID(), parts.doors.now(), hand.run, parts.doors)
        let step = try await parts.write(hand.lease) { db in
            let plan = StepPlan(
                channel: .anthropic, kind: "custom_tool_result", subject: call, position: 1, intent: "{}")
            try StepStore(db: db).plan(plan, run: run.id, purpose: .session, id: id, now: now)
            if !isKnown {
                let cause = RunCause(
                    .internalError,
                    "The agent called the custom tool \"\(name.prefix(60))\", which Bureau does not have. It was told so."
                )
                try NoticeWriter(db: db, doors: doors).alert(cause, run, kind: .problem, code: "custom_tool")
            }
            return try StepStore(db: db).list(run: run.id, purpose: .session).first { $0.subject == call }
        }
        guard let step else { throw RunMoved(runID: run.id) }
        let write = CustomToolResult(anthropic: anthropic, session: session, call: call, answer: answer)
        switch try await StepRunner(database: parts.database, doors: parts.doors, lease: hand.lease).run(step, write) {
        case .done: return call
        case .doubtful(let why): throw InDoubt(step: step, why: why)
        case .failed(let why):
            throw StepProblem(description: "the custom tool call could not be answered: \(why)")
        }
    }
}

/// The answer, findable by the call it answers.
struct CustomToolResult: OutboundWrite {
    let anthropic: AnthropicClient
    let session: String
    let call: String
    let answer: SectionTool.Answer

    /// A part of a file is kept where the file is; here its hash is enough.
    var sent: SentContent? {
        answer.isError ? SentContent(json: ["call": call, "text": answer.text]) : SentContent(hashOf: answer.text)
    }

    func write() async throws -> String {
        _ = try await anthropic.send(
            [.customToolResult(customToolUseID: call, text: answer.text, isError: answer.isError)], to: session)
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
