package import BureauDomain
import BureauStorage

/// One question of an agent, with everything a person needs to decide.
package struct ApprovalRecord: Sendable, Hashable {
    package let id: String
    package let runID: String
    /// The session event that waits for the answer.
    package let eventID: String
    package let tool: String
    /// The call's input exactly as the agent wrote it (JSON).
    package let input: String
    package let inputHash: String
    /// What will happen, in one sentence.
    package let effect: String
    package let state: ApprovalState
    package let decidedBy: String?
    package let decidedOn: String?
    package let reason: String?
    package let requestedAt: Int64
    package let expiresAt: Int64
    package let decidedAt: Int64?
    /// The sub-agent of the session that asks; nil for the agent itself.
    package let threadName: String?
    /// What the agent said last before it asked.
    package let why: String?
    /// One more than that of the question it is asked after; 1 where there is none.
    package let version: Int
    /// The question about the same tool that was denied or changed before.
    package let previous: String?
    /// What is another thing than in the version before, by the names of the members.
    package let differsIn: [String]
    /// What a person made of the input (JSON).
    package let changedInput: String?
    /// Of its canonical spelling.
    package let changedHash: String?
    /// Who changed it, as the rules know them.
    let decider: Decider?
    /// The call that was approved on the strength of this change.
    package let usedBy: String?
    /// The change on whose strength this call was approved.
    package let grantedBy: String?
    /// "allowed" or "denied": what the service had been answered already where that is the contrary, and stands. Only
    /// what `ApprovalStore` decodes knows it, not the lists of what waits or has lapsed.
    package internal(set) var answeredThere: String?

    init(_ row: Row) throws {
        id = try row.text("id")
        runID = try row.text("run_id")
        eventID = try row.text("event_id")
        tool = try row.text("tool")
        input = try row.text("input")
        inputHash = try row.text("input_sha256")
        effect = try row.text("effect")
        guard let known = ApprovalState(rawValue: try row.text("state")) else {
            throw StorageError.unreadable(column: "state", "not a state of an approval")
        }
        state = known
        decidedBy = try row.textIfAny("decided_by")
        decidedOn = try row.textIfAny("decided_on")
        reason = try row.textIfAny("reason")
        requestedAt = try row.integer("requested_at")
        expiresAt = try row.integer("expires_at")
        decidedAt = try row.integerIfAny("decided_at")
        threadName = try row.textIfAny("thread_name")
        why = try row.textIfAny("why")
        version = Int(try row.integer("version"))
        previous = try row.textIfAny("previous")
        differsIn = try JSONText.decode([String].self, row.text("differs_in"))
        changedInput = try row.textIfAny("changed_input")
        changedHash = try row.textIfAny("changed_sha256")
        decider = try row.textIfAny("decider").map { try JSONText.decode(Decider.self, $0) }
        usedBy = try row.textIfAny("used_by")
        grantedBy = try row.textIfAny("granted_by")
    }

    /// The version that somebody had before their eyes last: as it was changed, else as it was asked.
    package var newestInput: String { changedInput ?? input }
}

/// A question as it is found in the session.
struct NewApproval: Sendable {
    var eventID: String
    var tool: String
    var input: String
    var inputHash: String
    var effect: String
    var threadID: String?
    var threadName: String?
    /// Of tools that are a server's.
    var server: String?
    var why: String?
    var version = 1
    var previous: String?
    var differsIn: [String] = []
}
