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
        /// Neither Slack nor the tool of its task is connected: nobody would read it.
        case nowhere
        /// Without words, or with too many.
        case unfit
    }

    /// Where whoever wanted the work of this run can be asked.
    package func askingPlaces(_ run: RunRecord) async throws -> AskingPlaces {
        let agent = try await catalog.version(run.configHash)
        var channels: [StepRecord.Channel] = []
        if let parts {
            let connections = (try? await parts.using(run: run, agent: agent))?.connections ?? Connections()
            let hasTool = run.taskTool == .asana ? connections.asana != nil : connections.clickUp != nil
            if connections.slack != nil { channels.append(.slack) }
            if hasTool { channels.append(run.taskTool.channel) }
        } else {
            channels = [.slack, run.taskTool.channel]
        }
        if run.taskID == nil { channels.removeAll { $0 != .slack } }
        let thread = try await database.read { try RunThreadStore(db: $0).find(run.id)?.thread }
        return AskingPlaces(channels: channels, hasThread: thread?.place != nil)
    }

    /// Told in Slack, in the run's thread where it has one, and on its task, and kept in its history. The question of the
    /// agent stays open.
    package func askBack(_ id: String, _ text: String, by actor: Actor) async throws -> AskedBack {
        guard text.contains(where: { !$0.isWhitespace }), text.count <= Self.questionCharactersMax else {
            return .unfit
        }
        let asking = try await database.read { db in
            try ApprovalStore(db: db).find(id).flatMap { try RunStore(db: db).find($0.runID) }
        }
        guard let asking else { return .unknown }
        let channels = try await askingPlaces(asking).channels
        let (doors, now) = (doors, doors.now())
        let outcome = try await database.write { db -> AskedBack in
            guard let approval = try ApprovalStore(db: db).find(id), let run = try RunStore(db: db).find(approval.runID)
            else { return .unknown }
            guard approval.state == .open, now < approval.expiresAt else { return .already(approval) }
            guard !channels.isEmpty else { return .nowhere }
            let asked = QuestionIntent(approval: id, by: actor.name, text: text)
            try ApprovalNotices(db: db, doors: doors).askBack(asked, run, in: channels)
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

/// Where a question that is asked back is told.
package struct AskingPlaces: Hashable, Sendable {
    let channels: [StepRecord.Channel]
    /// Without one Slack's message stands in the channel for approvals, or that for alerts.
    let hasThread: Bool

    /// "in Slack and on its task"; nil for nowhere.
    package var words: String? {
        let slack = hasThread ? "in the run's Slack thread" : "in Slack"
        let all = channels.map { $0 == .slack ? slack : "on its task" }
        return all.isEmpty ? nil : all.joined(separator: " and ")
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
    func askBack(_ asked: QuestionIntent, _ run: RunRecord, in channels: [StepRecord.Channel]) throws {
        let (subject, intent) = (doors.makeID(), try JSONText.encode(asked))
        for channel in channels {
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
