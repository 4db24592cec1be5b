import BureauDomain
import BureauStorage

/// In which step a run was before it failed, as its own history says.
enum FailedStep {
    /// So many of the newest lines of the history are looked at.
    static let eventsMax = 200

    /// "Collecting files"; nil when the history does not say.
    static func word(_ runID: String, _ db: any Connection) throws -> String? {
        let kinds = try db.query(
            "SELECT kind FROM run_event WHERE run_id = ? ORDER BY seq DESC LIMIT ?", [runID, eventsMax]
        ).map { try $0.text("kind") }
        let states = kinds.compactMap { RunState(rawValue: $0) }
        return states.first { !$0.isFinal && $0 != .stopping }?.word
    }
}
