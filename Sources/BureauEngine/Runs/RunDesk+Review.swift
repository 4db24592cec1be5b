package import BureauDomain
import BureauStorage

/// What people decide about results without the task: the same moves as a comment there, kept as feedback of theirs.
extension RunDesk {
    /// Whoever holds the server may accept: who may on the task is the agent's own rule.
    package func accept(_ id: String, by person: String, comment: String? = nil) async throws -> RunRecord {
        try await decide(id, verb: "accepted", .acceptance, comment ?? "Accepted.", .accepted, by: person) {
            try $0.accept($1, by: person)
        }
    }

    /// One more round, even when those agreed on are used; never beyond the limit of `ReviewPolicy`. Who reads the task
    /// finds there what was asked, and the task where its agent's config wants it; nothing without that config.
    package func revise(_ id: String, asking text: String, by person: String, of agent: AgentConfig?) async throws
        -> RunRecord
    {
        let doors = doors
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw Refused(kind: .notNow, description: "say what is to be changed: bureau runs revise \(id) \"…\"")
        }
        return try await decide(id, verb: "revised", .revisionRequest, text, .revised, by: person) { moves, run in
            guard run.round < ReviewPolicy.roundsLimit else {
                throw Refused(
                    kind: .notNow, description: "run \(id) has had \(run.round) rounds, the most there may be")
            }
            let moved = try moves.revise(run, place: agent?.review?.revisingPlace)
            if let agent {
                let note = ReviewMessages.begun(
                    [(person, text)], round: moved.round, agentName: agent.displayName,
                    minutesMax: agent.limits.sessionMinutesMax)
                try WorkNote(db: moves.db, doors: doors).say(note, about: "begun", moved)
            }
            return moved
        }
    }

    package func dismiss(_ id: String, by person: String, reason: String?) async throws -> RunRecord {
        let why = reason.map { ": \($0.prefix(300))" } ?? ""
        let cause = RunCause(.dismissed, "Dismissed by \(person)\(why.closed)")
        return try await decide(id, verb: "dismissed", .noOp, reason ?? "Dismissed.", .noted, by: person) {
            try $0.dismiss($1, cause)
        }
    }

    /// Everything people wrote about one run's results.
    package func feedback(_ id: String) async throws -> [FeedbackRecord] {
        try await database.read { try FeedbackStore(db: $0).list(run: id) }
    }

    /// Since when each of these runs has waited for its review, by its id. At most 1,000.
    package func readyForReview(_ ids: [String]) async throws -> [String: Int64] {
        let wanted = Array(Set(ids)).prefix(RunListing.limitMax)
        guard !wanted.isEmpty else { return [:] }
        let marks = Array(repeating: "?", count: wanted.count).joined(separator: ", ")
        let rows = try await database.query(
            """
            SELECT id, (SELECT at FROM run_event WHERE run_id = run.id AND kind = 'in_review'
                ORDER BY seq DESC LIMIT 1) AS ready_at
            FROM run WHERE id IN (\(marks)) AND state = 'in_review'
            """, Array(wanted))
        let moments = try rows.compactMap { row in
            try row.integerIfAny("ready_at").map { (try row.text("id"), $0) }
        }
        return Dictionary(moments, uniquingKeysWith: { $1 })
    }

    private func decide(
        _ id: String, verb: String, _ kind: FeedbackClass, _ text: String, _ outcome: ReviewDecision.Outcome,
        by person: String, _ move: @escaping @Sendable (ReviewMoves, RunRecord) throws -> RunRecord
    ) async throws -> RunRecord {
        let doors = doors
        return try await refusing(verb: verb, id) {
            try await database.write { db in
                guard let run = try RunStore(db: db).find(id) else { throw RunMoved(runID: id) }
                let new = NewFeedback(
                    id: doors.makeID(), tool: FeedbackRecord.ownTool, commentID: doors.makeID(), runID: id,
                    round: run.round, authorID: person, authorName: person, text: text, writtenAt: doors.now(),
                    kind: kind.rawValue, confidence: 100, reason: "a person said so", classifier: "person",
                    outcome: outcome)
                let moved = try move(ReviewMoves(db: db, doors: doors), run)
                _ = try FeedbackStore(db: db).insert(new, now: doors.now())
                return moved
            }
        }
    }
}
