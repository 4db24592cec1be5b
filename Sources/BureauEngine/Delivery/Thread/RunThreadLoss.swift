import BureauStorage

/// A run's message that could not be shown however often it was tried: it is kept no more, stands among the dead
/// letters, and people are told.
struct RunThreadLoss: Sendable {
    let parts: EngineParts
    /// Who keeps the run's message.
    let owner: String

    /// Throws `RunMoved` when another worker keeps it meanwhile.
    func giveUp(_ runID: String, _ why: String) async throws {
        let (doors, owner) = (parts.doors, owner)
        try await parts.database.write { db in
            let threads = RunThreadStore(db: db), steps = StepStore(db: db)
            try threads.check(runID, owner: owner)
            try threads.close(runID, owner: owner)
            let unposted = try steps.list(run: runID, purpose: .notice).last { step in
                step.kind == RunThreadStore.stepKind && [.pending, .intended, .failed, .doubtful].contains(step.state)
            }
            guard let unposted else {
                // What is posted and could not be replaced stands there as it was, until the run ends.
                guard try threads.isBehind(runID), let run = try RunStore(db: db).find(runID) else { return }
                return try NoticeAlarm(db: db, doors: doors).leftBehind(run, why)
            }
            if unposted.state == .doubtful { try steps.giveUp(unposted.id, why: why, now: doors.now()) }
            try steps.markFailed(unposted.id, state: .failed, error: why, now: doors.now())
            _ = try NoticeAlarm(db: db, doors: doors).givenUp(unposted, unposted.error ?? why)
        }
    }
}
