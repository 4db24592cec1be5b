import BureauDomain
import BureauStorage

/// Before somebody decides they may ask whoever wanted the work. Nothing is decided by it.
extension ApprovalDesk {
    /// Short enough for the run's history to hold all of it.
    package static let questionCharactersMax = RunDesk.noteCharactersMax

    package enum AskedBack: Sendable, Hashable {
        case asked
        /// It waits for nobody any more.
        case already(ApprovalRecord)
        case unknown
    }

    /// Told in the run's thread and on its task, and kept in its history. The question of the agent stays open.
    package func askBack(_ id: String, _ text: String, by actor: Actor) async throws -> AskedBack {
        let (doors, now) = (doors, doors.now())
        let outcome = try await database.write { db -> AskedBack in
            guard let approval = try ApprovalStore(db: db).find(id), let run = try RunStore(db: db).find(approval.runID)
            else { return .unknown }
            guard approval.state == .open, now < approval.expiresAt else { return .already(approval) }
            let asked = QuestionIntent(approval: id, by: actor.name, text: text)
            try ApprovalNotices(db: db, doors: doors).askBack(asked, run)
            try RunEventStore(db: db).append(run.id, kind: "question", detail: "\(actor.name) asks: \(text)", now: now)
            try AuditStore(db: db).add(
                actor, "approval questioned", "run \(run.id)", client: run.clientSlug,
                after: .object(JSONObject([("approval", .string(id)), ("question", .string(text))])),
                id: doors.makeID(), now: now)
            return .asked
        }
        if outcome == .asked { wake() }
        return outcome
    }
}

/// What a person asks back. Read as an `ApprovalIntent` it names the question it is about.
struct QuestionIntent: Codable, Hashable, Sendable {
    var approval: String
    var by: String
    var text: String
}

extension ApprovalNotices {
    static let askedBack = "approval_question"

    /// Each is a message of its own: the same words may be asked twice.
    func askBack(_ asked: QuestionIntent, _ run: RunRecord) throws {
        let (subject, intent) = (doors.makeID(), try JSONText.encode(asked))
        for channel in [StepRecord.Channel.slack, run.taskTool.channel] where channel == .slack || run.taskID != nil {
            let plan = StepPlan(channel: channel, kind: Self.askedBack, subject: subject, position: 0, intent: intent)
            try StepStore(db: db).plan(plan, run: run.id, purpose: .notice, id: doors.makeID(), now: doors.now())
        }
    }
}

extension Requester {
    /// A Slack user's id, or a name that may stand for one.
    var slackTag: String {
        switch kind {
        case .bureau, .slack: ids.last ?? text
        case .clickUp, .asana, .clock, .unknown: text
        }
    }

    /// Their id in the tool that keeps the run's task; nil where it is not known.
    func user(of tool: WorkToolKind) -> String? {
        switch (kind, tool) {
        case (.clickUp, .clickUp), (.asana, .asana): ids.first
        default: nil
        }
    }
}
