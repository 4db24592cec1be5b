import BureauDomain
import BureauEngine

/// What becomes of a run when the command that followed it is interrupted.
struct Detachment {
    let state: RunState
    let hasSession: Bool
    /// Whether that session is a program of this machine, and none of the provider's.
    let isBuild: Bool
    let isServed: Bool

    init(_ state: RunState, hasSession: Bool, isBuild: Bool = false, isServed: Bool) {
        (self.state, self.hasSession, self.isBuild, self.isServed) = (state, hasSession, isBuild, isServed)
    }

    init(_ run: RunRecord, isServed: Bool) {
        let hasSession = run.sessionID != nil
        self.init(
            run.state, hasSession: hasSession, isBuild: hasSession && run.consoleSession == nil, isServed: isServed)
    }

    private static let takenUp = "is taken up again by bureau serve or by the next watch."

    var words: String {
        switch state {
        case .done, .doneWithProblems, .stopped, .failed, .ignored: "The run has ended."
        case .needsInfo, .inReview: "The run waits for people: \(state.word.lowercased())."
        case .queued, .starting, .running, .waitingApproval, .collecting, .delivering, .revising, .stopping:
            isServed ? "The run goes on in the server." : "\(unserved) The run \(Self.takenUp)"
        }
    }

    /// What goes on although nobody of ours works on it.
    private var unserved: String {
        switch state {
        case .running where hasSession, .waitingApproval where hasSession, .revising where hasSession:
            isBuild ? "What was started for it on this machine goes on." : "The session goes on at Anthropic."
        case .starting: "Its session may have been opened just now; it is looked for before another is."
        case .stopping: "It was asked to stop, and its session may not have ended yet."
        case .collecting: "Its session has ended; the files are not all here yet."
        case .delivering: "What was delivered stays; the rest waits."
        case .queued, .needsInfo, .running, .waitingApproval, .inReview, .revising, .done, .doneWithProblems, .stopped,
            .failed, .ignored:
            "Nothing of it goes on meanwhile."
        }
    }
}
