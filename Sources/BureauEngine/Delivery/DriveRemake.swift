import BureauStorage
import BureauVendors

/// Files of a folder that a person has let be made anew: they come into the new one. A file that somebody took away by
/// itself is asked about like any other.
struct DriveRemake {
    let drive: GoogleDriveClient
    let folder: String
    let context: DeliveryContext

    private enum Place: Sendable { case here, left, unsure(String) }

    /// The steps as they are then. Each is decided once: the mark of the old folder goes with the decision.
    func settled(_ steps: [StepRecord]) async throws -> [StepRecord] {
        var settled: [StepRecord] = []
        for step in steps {
            var file = try step.intent(as: FileIntent.self)
            guard step.state == .done, let old = file.leftFolder, let receipt = step.receipt else {
                settled.append(step)
                continue
            }
            let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
            let place = try await place(of: id, old)
            file.leftFolder = nil
            if case .left = place { file.driveID = nil }
            let (intent, now) = (try JSONText.encode(file), context.parts.doors.now())
            let after = try await context.parts.write(context.hand.lease) { db in
                try db.execute("UPDATE step SET intent = ? WHERE id = ?", [intent, step.id])
                switch place {
                case .here: try StepStore(db: db).markSeen(step.id, whyGone: nil, now: now)
                case .unsure(let why): try StepStore(db: db).markSeen(step.id, whyGone: why, now: now)
                case .left:
                    try db.execute(
                        """
                        UPDATE step SET state = 'pending', receipt = NULL, intended_at = NULL, settled_at = NULL,
                            attempts = 0, recheck = 0 WHERE id = ? AND state = 'done'
                        """, [step.id])
                }
                return try StepStore(db: db).find(step.id)
            }
            if let after, after.isOpen { settled.append(after) }
        }
        return settled
    }

    private func place(of id: String, _ old: String) async throws -> Place {
        let patience = Patience(doors: context.parts.doors)
        do {
            guard let there = try await patience({ try await drive.file(id) }) else {
                let isOldGone = try await patience({ try await drive.file(old) }) == nil
                return isOldGone ? .left : .unsure("the file \(id) was in Drive and is gone")
            }
            guard there.isTrashed else { return there.parents.contains(old) && old != folder ? .left : .here }
            return there.isTrashedItself == false ? .left : .unsure("the file \(id) was moved to Drive's trash")
        } catch let error as VendorError {
            try Task.checkCancellation()
            return .unsure("its folder was made anew, and nobody could look at the file: \(error.sentence)")
        }
    }

    /// Marks what was delivered into the folder of this step. A file that a person has named by its address stands where
    /// they said: nothing tells what it lay in.
    static func leave(_ step: StepRecord, _ db: any Connection) throws {
        guard let run = step.runID, let former = step.formerReceipt else { return }
        let old = try JSONText.decode(DeliveryReceipt.self, former).id
        try db.execute(
            """
            UPDATE step SET recheck = 1, intent = json_set(intent, '$.leftFolder', ?)
            WHERE run_id = ? AND round = ? AND purpose = 'delivery' AND channel = 'google_drive' AND kind = 'upload'
              AND state = 'done' AND coalesce(receipt ->> 'id', '') NOT LIKE 'http%'
            """, [old, run, step.round])
    }
}
