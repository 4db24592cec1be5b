import BureauDomain
import BureauVendors

/// The tool people keep tasks in. Reads are made at once; each write is an `OutboundWrite`, so that it is made once:
/// with an intent and a mark before, looked for after any doubt.
///
/// Reads throw `VendorError` as the vendor's client does. A task that is gone is `.rejected`.
protocol WorkTool: Sendable {
    var kind: WorkToolKind { get }
    var hands: any TaskHands { get }

    /// The user our credential acts as.
    func ownUserID() async throws(VendorError) -> String
    func task(_ id: String) async throws(VendorError) -> WorkTask
    /// What people and we have written since (Unix milliseconds), oldest first, at most `commentsMax`, the newest kept.
    func comments(of task: String, since: Int64) async throws(VendorError) -> WorkComments

    func comment(_ text: WorkText, on task: String, mark: WriteMark) -> any OutboundWrite
    /// A new task, found again by its mark at the end of its notes. The receipt is a `DeliveryReceipt`.
    func createTask(_ draft: WorkTaskDraft, mark: WriteMark) -> any OutboundWrite
}

extension WorkTool {
    /// Comments that are read of one task at one look.
    static var commentsMax: Int { 500 }

    /// `known` are the attachments that other writes of ours have made: one of them says nothing about this one. They
    /// are asked for in doubt only.
    func attachment(
        _ file: FileIntent, path: String, on task: String, since: Int64,
        known: @escaping @Sendable () async throws -> Set<String>
    ) -> any OutboundWrite {
        TaskFileWrite(hands: hands, task: task, file: file, path: path, since: since, known: known)
    }

    /// Puts the task into another status or section. `before` is where it stood: a person who moved it meanwhile is
    /// not overruled.
    func move(_ task: String, to place: String, before: String?) -> any OutboundWrite {
        TaskMoveWrite(hands: hands, task: task, place: place, before: before)
    }

    /// Sets a field, named by its id or name, to what its words say (an option by its name). Nil clears it.
    func setField(_ field: String, to value: String?, on task: String) -> any OutboundWrite {
        TaskFieldWrite(hands: hands, task: task, field: field, value: value)
    }

    /// Only what is given changes. Saying the same twice changes nothing.
    func updateTask(_ id: String, _ change: WorkTaskChange) -> any OutboundWrite {
        TaskChangeWrite(hands: hands, task: id, change: change)
    }
}

/// How a write is found again.
struct WriteMark: Hashable, Sendable {
    /// The tail it carries, `ref` and the step's id.
    var text: String
    /// When it may have been written first, Unix milliseconds.
    var since: Int64
    /// Words that only this write has besides its mark: with them and without a mark, somebody edited it.
    var alike: String?

    init(_ step: StepRecord, alike: String? = nil) {
        self.init(text: Marks.text(step), since: step.sentSince, alike: alike)
    }

    init(text: String, since: Int64, alike: String? = nil) {
        (self.text, self.since, self.alike) = (text, since, alike)
    }
}

struct WorkTaskDraft: Hashable, Sendable, Codable {
    var title: String
    var notes: WorkText
    /// The list or project, and the status or section in it; nil takes the first.
    var containerID: String
    var place: String?
    var assigneeID: String?
}

struct WorkTaskChange: Hashable, Sendable, Codable {
    var title: String?
    var notes: WorkText?
    var isCompleted: Bool?
}

extension EngineParts {
    /// The connected tool that keeps this run's task, or nil when its credential is not there. A task in projects of
    /// several agents stands on the board of the run's own; one that was given to it stands where it was found.
    func connectedTool(of run: RunRecord) -> (any WorkTool)? { connectedTool(run.taskTool, for: run.agent) }

    func connectedTool(_ kind: WorkToolKind, for agent: String) -> (any WorkTool)? {
        switch kind {
        case .clickUp: return connections.clickUp.map { ClickUpWorkTool(clickUp: $0, zone: settings.agencyZone) }
        case .asana:
            let own = catalog.agent(agent)?.config.triggers.asana?.projects ?? []
            return connections.asana.map { AsanaWorkTool(asana: $0, homes: own + catalog.asanaProjects.sorted()) }
        }
    }

    /// The tool that keeps this run's task. Throws when it is not connected, in words for people.
    func workTool(of run: RunRecord) throws(StepProblem) -> any WorkTool { try workTool(run.taskTool, for: run.agent) }

    func workTool(_ kind: WorkToolKind, for agent: String) throws(StepProblem) -> any WorkTool {
        guard let tool = connectedTool(kind, for: agent) else {
            throw StepProblem(description: kind.missing(in: settings.taskCredentialSet))
        }
        return tool
    }
}

extension WorkToolKind {
    /// What to do when its credential is not there.
    var missing: String {
        switch self {
        case .clickUp: "ClickUp is not connected: set CLICKUP_API_TOKEN."
        case .asana: "Asana is not connected: set ASANA_ACCESS_TOKEN."
        }
    }

    /// The same of a named account, whose credentials stand in a file.
    func missing(in credentials: String?) -> String {
        guard let credentials else { return missing }
        let (tool, key) = self == .asana ? ("Asana", "asana") : ("ClickUp", "clickup")
        return
            "\(tool) is not connected for the credentials \"\(credentials)\": give them a token, \(key).token_env, in config/credentials.json."
    }
}
