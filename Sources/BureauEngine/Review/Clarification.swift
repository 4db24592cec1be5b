import BureauDomain
import BureauStorage
import BureauVendors
import Foundation

/// A run that waits for information: reads what people filled in or answered on the task, and goes on when there is
/// something new. Nothing is guessed: what is still missing is asked for again.
struct Clarification: Sendable {
    let parts: EngineParts
    let classifier: any FeedbackClassifier
    let wake: @Sendable () -> Void

    func look(_ watch: TaskWatch, _ run: RunRecord, _ agent: LoadedAgent) async throws {
        // Where pick-ups are not confirmed a new trigger begins a new run, as ever.
        guard agent.config.confirms(run.taskTool) else {
            return try await parts.database.write { try TaskWatchStore(db: $0).close(watch.runID) }
        }
        let tool = try parts.workTool(of: run)
        let task = try await tool.task(watch.taskID)
        let found = try await tool.comments(of: watch.taskID, since: watch.since - Marks.skewMilliseconds)
        let people = try await OwnComments(parts: parts).others(
            found.comments, tool: tool, taskID: watch.taskID, since: watch.since)
        let (transitions, doors) = (parts.transitions, parts.doors)
        let required = agent.config.payloadSource.requiredFields
        let goesOn = try await parts.database.write { db -> Bool in
            guard let now = try RunStore(db: db).find(watch.runID), now.state == .needsInfo else { return false }
            let answers = AnswerStore(db: db)
            let known = try answers.all(run: now.id)
            let asked = RunAsked.missing(now)
            let route = try RunRouteStore(db: db).find(now.id)
            // A field that says what could not be followed is filled, and missing all the same.
            func isOpen(_ name: String) -> Bool {
                guard let route, route.field == name else { return task.text(of: name) == nil && known[name] == nil }
                return route.isOpen(onTask: task.text(of: name), answer: known[name])
            }
            let missing = (asked.isEmpty ? required : asked).filter(isOpen)
            let isFilled = asked.contains { name in
                task.text(of: name) != nil && (route?.field != name || !isOpen(name))
            }
            let isAnswered = try take(people, missing, now, db)
            guard isFilled || isAnswered else { return false }
            try transitions.apply(.infoChanged, to: now.id, lease: nil, in: db)
            try RunEventStore(db: db).append(
                now.id, kind: "answered", detail: "the task says what was missing", now: doors.now())
            return true
        }
        if goesOn { wake() }
    }

    /// Claims new comments. True when one of them holds a value.
    private func take(_ people: [WorkComment], _ missing: [String], _ run: RunRecord, _ db: any Connection) throws
        -> Bool
    {
        var open = missing
        var isAnswered = false
        for comment in people {
            let values = TaskAnswer.read(comment.text, missing: open)
            let new = NewFeedback(
                id: parts.doors.makeID(), tool: run.taskTool.rawValue, commentID: comment.id, runID: run.id,
                round: run.round, authorID: comment.authorID, authorName: comment.authorName, text: comment.text,
                writtenAt: comment.createdAt, kind: "answer", confidence: values.isEmpty ? 50 : 100,
                reason: values.isEmpty
                    ? "names none of what is missing" : "gives \(values.keys.sorted().joined(separator: ", "))",
                classifier: "answers-1", outcome: values.isEmpty ? .noted : .filledIn)
            guard try FeedbackStore(db: db).insert(new, now: parts.doors.now()) else { continue }
            for (name, value) in values { try AnswerStore(db: db).put(run.id, name, value, feedback: new.id) }
            open.removeAll { values[$0] != nil }
            if !values.isEmpty { isAnswered = true }
        }
        return isAnswered
    }
}

/// What a run asked for, kept in the sentence people read: the names after the last colon.
enum RunAsked {
    static func missing(_ run: RunRecord) -> [String] {
        guard run.cause?.code == .missingFields, let sentence = run.cause?.sentence,
            let colon = sentence.lastIndex(of: ":")
        else { return [] }
        return sentence[sentence.index(after: colon)...].split(separator: ",").map {
            $0.trimmingPrefix(" ").description.replacingOccurrences(of: ".", with: "")
        }
    }
}

/// The SQL of `run_answer`.
struct AnswerStore {
    let db: any Connection

    func all(run runID: String) throws -> [String: String] {
        let rows = try db.query("SELECT name, value FROM run_answer WHERE run_id = ? LIMIT 200", [runID])
        return Dictionary(try rows.map { (try $0.text("name"), try $0.text("value")) }, uniquingKeysWith: { $1 })
    }

    /// The newest answer counts.
    func put(_ runID: String, _ name: String, _ value: String, feedback: String) throws {
        try db.execute(
            """
            INSERT INTO run_answer (run_id, name, value, feedback_id) VALUES (?, ?, ?, ?)
            ON CONFLICT (run_id, name) DO UPDATE SET value = excluded.value, feedback_id = excluded.feedback_id
            """, [runID, name, value, feedback])
    }
}

extension AgentConfig {
    /// Whether a pick-up is confirmed on the task: as the agent's file says, else as people of that tool expect it.
    func confirms(_ tool: WorkToolKind) -> Bool { confirmsPickup ?? (tool == .asana) }
}
