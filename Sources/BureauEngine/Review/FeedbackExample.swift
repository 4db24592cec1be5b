package import BureauDomain
import BureauStorage

/// A comment with what was made of it and what it speaks of: one labelled example.
package struct FeedbackExample: Sendable {
    package let feedback: FeedbackRecord
    let run: RunRecord
    /// The round whose results were there to be seen when it was written; nil before the first.
    let seenRound: Int?
    let files: [FileRecord]
    /// The version of the registry that was there to be seen then; nil before the first, and where none was registered.
    let artifact: ArtifactRecord?

    package var id: String { feedback.id }

    package var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        func number(_ value: Int64?) -> JSONValue { value.map { .number(JSONNumber($0)) } ?? .null }
        let versions = files.map { file in
            JSONValue.object(
                JSONObject([
                    ("name", .string(file.name)), ("round", number(Int64(file.round))), ("sha256", text(file.sha256)),
                ]))
        }
        return .object(
            JSONObject([
                ("id", .string(feedback.id)), ("text", .string(feedback.text)), ("class", .string(feedback.kind)),
                ("confidence", number(Int64(feedback.confidence))), ("reason", .string(feedback.reason)),
                ("classifier", .string(feedback.classifier)), ("outcome", .string(feedback.outcome.rawValue)),
                ("tool", .string(feedback.tool)), ("comment", .string(feedback.commentID)),
                ("author", text(feedback.authorID)), ("written_at", number(feedback.writtenAt)),
                ("edited_at", number(feedback.editedAt)), ("deleted_at", number(feedback.deletedAt)),
                ("run", .string(feedback.runID)), ("agent", .string(run.agent)),
                ("agent_version", .string(run.agentVersion)), ("config_sha256", .string(run.configHash)),
                ("client", text(run.clientSlug)), ("round", number(Int64(feedback.round))),
                ("seen_round", number(seenRound.map(Int64.init))), ("artifact", text(artifact?.id)),
                ("artifact_kind", text(artifact?.kind)),
                ("artifact_version", number(artifact.map { Int64($0.version) })), ("files", .array(versions)),
            ]))
    }
}

extension RunDesk {
    package static let examplesPageMax = 200

    /// Examples in the order they were seen, a page at a time; an empty page is the end.
    package func examples(after id: String, run: String? = nil) async throws -> [FeedbackExample] {
        try await database.read { db in
            let found = try FeedbackStore(db: db).page(after: id, run: run, limit: Self.examplesPageMax)
            return try found.compactMap { feedback in
                guard let owner = try RunStore(db: db).find(feedback.runID) else { return nil }
                let round = try Self.roundInReview(owner.id, at: feedback.writtenAt, db)
                let files = try FileStore(db: db).list(owner.id).filter { $0.round <= round ?? 0 }.current
                let artifact = try ArtifactStore(db: db).ofRun(owner.id).last { $0.round <= round ?? 0 }
                return FeedbackExample(
                    feedback: feedback, run: owner, seenRound: round, files: files, artifact: artifact)
            }
        }
    }

    /// The round that people could see then; nil before the first. One round may come to review twice: a refused merge
    /// puts it there again.
    private static func roundInReview(_ run: String, at time: Int64, _ db: any Connection) throws -> Int? {
        let events = try RunEventStore(db: db).list(run)
        guard let opened = events.last(where: { $0.kind == RunState.inReview.rawValue && $0.at <= time }) else {
            return nil
        }
        return 1
            + events.count {
                $0.seq < opened.seq && $0.kind == RunState.revising.rawValue
                    && $0.detail == RunMachine.Event.revisionAsked.name
            }
    }
}
