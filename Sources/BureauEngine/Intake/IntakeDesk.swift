package import BureauDomain
package import BureauStorage

/// The intake as people see it: its mode, and what waits for it to change.
package struct IntakeStatus: Sendable, Hashable {
    package let record: IntakeRecord
    /// Runs that have not begun, up to `waitingCountMax`.
    package let waiting: Int64
    /// Runs somebody works on; those that wait for people are not among them.
    package let inHand: Int64
    package static let waitingCountMax = 1_000

    package var mode: IntakeMode { record.mode }
    /// Drained, and nothing is left: the server may be stopped and nobody's work is cut short.
    package var isEmpty: Bool { mode == .draining && inHand == 0 }

    package var waitingWord: String {
        waiting >= Self.waitingCountMax
            ? "\(Self.waitingCountMax) events or more waiting"
            : "\(waiting) \(waiting == 1 ? "event" : "events") waiting"
    }

    /// "Intake is paused by ana since 09:10. 4 events waiting." Nil while it is open.
    package func sentence(since: String) -> String? {
        let who = "by \(record.changedBy) since \(since)"
        return switch mode {
        case .open: nil
        case .paused: "Intake is paused \(who). \(waitingWord)."
        case .draining where inHand == 0: "Intake is drained \(who): nothing is in work. \(waitingWord)."
        case .draining:
            "Intake is draining \(who): \(inHand) \(inHand == 1 ? "run is" : "runs are") in work. \(waitingWord)."
        }
    }
}

/// Pauses, drains and opens the intake: the same behind pages, API and command line.
package struct IntakeDesk: Sendable {
    let database: any Database
    let doors: Doors
    package static let reasonCharactersMax = 300

    package init(database: any Database, doors: Doors) {
        self.database = database
        self.doors = doors
    }

    package func status() async throws -> IntakeStatus { try await database.read(Self.status) }

    /// As `status`, and nil while it is open, which costs one row.
    package func statusUnlessOpen() async throws -> IntakeStatus? {
        try await database.read { db in
            try IntakeStore(db: db).record().mode == .open ? nil : Self.status(db)
        }
    }

    /// False when it was in this mode already, and then nothing is changed. The change and its line in the audit log
    /// are one commit.
    package func set(_ mode: IntakeMode, by actor: Actor, reason: String) async throws -> (IntakeStatus, isNew: Bool) {
        let (now, id, reason) = (doors.now(), doors.makeID(), String(reason.prefix(Self.reasonCharactersMax)))
        return try await database.write { db in
            let store = IntakeStore(db: db), before = try store.record()
            let isNew = try store.set(mode, by: actor.name, reason: reason, now: now)
            let after = try Self.status(db)
            if isNew {
                try AuditStore(db: db).add(
                    actor, mode.deed, "intake", before: before.document, after: after.record.document, id: id, now: now)
            }
            return (after, isNew)
        }
    }

    private static func status(_ db: any Connection) throws -> IntakeStatus {
        let store = IntakeStore(db: db)
        return IntakeStatus(
            record: try store.record(), waiting: try store.waiting(atMost: IntakeStatus.waitingCountMax),
            inHand: try store.inHand())
    }
}

extension IntakeMode {
    /// As the audit log has it.
    fileprivate var deed: String {
        switch self {
        case .open: "intake resumed"
        case .paused: "intake paused"
        case .draining: "intake drained"
        }
    }
}

extension IntakeRecord {
    fileprivate var document: JSONValue {
        .object(JSONObject([("mode", .string(mode.rawValue)), ("reason", .string(reason))]))
    }
}

extension IntakeStatus {
    package var document: JSONValue {
        .object(
            JSONObject([
                ("mode", .string(mode.rawValue)), ("waiting", .whole64(waiting)), ("in_hand", .whole64(inHand)),
                ("empty", .bool(isEmpty)), ("changed_by", .string(record.changedBy)),
                ("reason", .string(record.reason)),
                ("changed_at", record.changedAt == 0 ? .null : .instant(record.changedAt)),
            ]))
    }
}
