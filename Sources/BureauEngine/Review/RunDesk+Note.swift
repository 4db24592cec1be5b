import BureauStorage

/// What people say about a run without deciding anything.
extension RunDesk {
    /// Short enough for the run's history to hold all of it.
    package static let noteCharactersMax = 1_800

    /// Told on the task and kept in the run's history. Nothing else follows from it: no round begins.
    package func note(_ id: String, _ text: String, by person: String) async throws -> RunRecord {
        guard text.contains(where: { !$0.isWhitespace }), text.count <= Self.noteCharactersMax else {
            throw Refused(
                kind: .notNow, description: "a note has words, and at most \(Self.noteCharactersMax) characters")
        }
        let doors = doors
        return try await database.write { db in
            guard let run = try RunStore(db: db).find(id) else { throw RunMoved(runID: id) }
            try WorkNote(db: db, doors: doors).say(
                ReviewMessages.noted(text, by: person), about: "said \(doors.makeID())", run)
            try RunEventStore(db: db).append(id, kind: "note", detail: "\(person): \(text)", now: doors.now())
            return run
        }
    }
}
