import BureauStorage

/// Whether a status change is one we made ourselves. The token may be a person's own, so the user alone proves
/// nothing: an echo is a change by our token's user to a status that a step of ours set on that task lately.
struct EchoCheck: Sendable {
    var taskID: String
    var status: String
    var userID: Int64?
    /// Whose workspace the task is in.
    var credentialSet: String?
    /// ClickUp stops redelivering long before.
    static let windowMilliseconds: Int64 = 15 * 60_000

    /// Where our own user's id is kept, one for each workspace.
    static func settingName(_ credentialSet: String?) -> String {
        credentialSet.map { "clickup_user_id:\($0)" } ?? "clickup_user_id"
    }

    func isOurs(_ db: any Connection, now: Int64) throws -> Bool {
        guard let userID,
            let own = try db.first("SELECT value FROM setting WHERE name = ?", [Self.settingName(credentialSet)]),
            try own.text("value") == String(userID)
        else { return false }
        let steps = try db.query(
            """
            SELECT step.kind, step.subject, step.intent FROM step JOIN run ON run.id = step.run_id
            WHERE run.task_id = ? AND step.channel = 'clickup' AND step.kind IN ('status', 'board')
                AND step.intended_at > ?
            """, [taskID, now - Self.windowMilliseconds])
        return try steps.contains { try Self.place($0).map { ClickUpTrigger.same($0, status) } ?? false }
    }

    /// Where a step put the task; nil for one that set a field.
    private static func place(_ step: Row) throws -> String? {
        let intent = try step.text("intent")
        if try step.text("kind") == BoardNotice.kind { return try JSONText.decode(BoardIntent.self, intent).place }
        // A result's status is what its step is about; a notice's is said by its intent alone.
        struct Status: Decodable { let status: String? }
        return try JSONText.decode(Status.self, intent).status ?? step.text("subject")
    }
}
