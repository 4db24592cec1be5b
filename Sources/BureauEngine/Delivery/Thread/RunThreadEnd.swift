import BureauDomain
import BureauStorage
import BureauVendors

/// The end of a run whose message Slack does not let us replace any more: said anew, once for each end.
struct RunThreadEnd: Sendable {
    let parts: EngineParts
    /// Who keeps the run's message; nothing is sent by anybody else.
    let owner: String
    let slack: SlackClient
    static let subjectPrefix = "end "

    enum Outcome: Sendable {
        case told
        case notYet(String)
        /// Nobody can tell whether it stands there.
        case doubtful(StepRecord, String)
    }

    func post(
        _ message: SlackMessage, of run: RunRecord, below place: SlackPosted, _ refusal: SlackEditRefusal
    ) async throws -> Outcome {
        let now = parts.doors.now()
        let step = try await parts.database.write { [owner] db in
            try RunThreadStore(db: db).check(run.id, owner: owner)
            let plan = StepPlan(
                channel: .slack, kind: RunThreadStore.stepKind, subject: "\(Self.subjectPrefix)\(run.endedAt ?? 0)",
                position: 1, intent: "{}")
            let id = try StepStore(db: db).plan(plan, run: run.id, purpose: .notice, id: "", now: now)
            try StepStore(db: db).reopenOne(id, now: now)
            return try StepStore(db: db).find(id)
        }
        guard let step, step.state != .done else { return .told }
        var message = message
        message.threadTS = refusal == .isGone ? nil : place.ts
        message.metadata?.payload["step"] = .string(step.id)
        var runner = StepRunner(database: parts.database, doors: parts.doors, lease: nil)
        runner.claim = { [owner, doors = parts.doors] in
            try RunThreadStore(db: $0).keep(run.id, owner: owner, now: doors.now())
        }
        runner.claimSendMilliseconds = RunThreadStore.sendMilliseconds
        let write = SlackPost(slack: slack, message: message, mark: step.id, since: step.intendedAt ?? now)
        switch try await runner.run(step, write) {
        case .done: return .told
        case .failed(let why): return .notYet(why)
        case .doubtful(let why): return .doubtful(step, why)
        }
    }
}
