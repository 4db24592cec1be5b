import BureauDomain
import BureauStorage

/// Who made a task: all that a look at it tells of people, for it does not show who moved it.
struct TaskMaker {
    /// Ends the name of whoever asked for a run, where no person did as far as anybody knows.
    static let nobody = " (no person known to have made the task)"

    let db: any Connection
    let tool: WorkToolKind

    /// What a run is asked for by that `finder` found: for the guard against loops a task of our own making is one that
    /// our own user asked for.
    func requester(_ finder: String, madeBy id: String?) throws -> String {
        try isPerson(id) ? finder : finder + Self.nobody
    }

    /// Our own users at the tool are none, nor are users without a person's number: automations. `id` is the user's.
    func isPerson(_ id: String?) throws -> Bool {
        guard let id, Int64(id).map({ $0 > 0 }) ?? true else { return false }
        let name = tool == .asana ? AsanaEcho.settingName(nil) : EchoCheck.settingName(nil)
        // From the setting's name to just behind every name with a colon. A pattern would be compiled for each webhook.
        let own = try db.first(
            "SELECT 1 AS own FROM setting WHERE name >= ? AND name < ? AND value = ?", [name, name + ";", id])
        return own == nil
    }
}
