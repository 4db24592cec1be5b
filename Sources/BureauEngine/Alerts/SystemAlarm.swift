import BureauStorage
import Logging

/// Tells people of something that concerns the installation and no single run: an alert, and once a notice.
struct SystemAlarm: Sendable {
    let parts: EngineParts

    /// True when it is new.
    @discardableResult
    func raise(_ cause: String, subject: String, _ sentence: String) async throws -> Bool {
        let doors = parts.doors
        let isNew = try await parts.database.write { try Self.raise(cause, subject: subject, sentence, in: $0, doors) }
        if isNew { parts.logger.error("alert", metadata: ["cause": "\(cause)", "what": "\(sentence)"]) }
        return isNew
    }

    /// As above, in the caller's transaction.
    @discardableResult
    static func raise(
        _ cause: String, subject: String, _ sentence: String, in db: any Connection, _ doors: Doors
    ) throws -> Bool {
        let id = doors.makeID()
        guard
            try AlertStore(db: db).raise(
                cause: cause, subject: subject, sentence: sentence, runID: nil, id: id, now: doors.now()) != nil
        else { return false }
        let intent = try JSONText.encode(NoticeIntent(kind: .system, cause: cause, sentence: sentence))
        let plan = StepPlan(channel: .slack, kind: "alert", subject: id, position: 0, intent: intent)
        let step = try StepStore(db: db).plan(
            plan, run: nil, purpose: .notice, id: doors.makeID(), now: doors.now())
        try AlertStore(db: db).posted(id, by: step)
        return true
    }

    func resolve(subject: String) async throws {
        let now = parts.doors.now()
        try await parts.database.write { try AlertStore(db: $0).resolve(subject: subject, now: now) }
    }
}
