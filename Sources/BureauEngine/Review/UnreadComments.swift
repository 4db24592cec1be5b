import BureauDomain
import BureauStorage
import BureauVendors

extension TaskWatch {
    /// Told once for each run, whoever closes the alert; its end closes it too.
    static func unreadSubject(_ runID: String) -> String { "comments on the task of \(runID)" }

    /// What was written on the task since the wait began. Where the newest cannot be read somebody has to know: people
    /// write there and nobody answers.
    func comments(_ tool: any WorkTool, _ parts: EngineParts) async throws -> WorkComments {
        let found = try await tool.comments(of: taskID, since: since - Marks.skewMilliseconds)
        let subject = Self.unreadSubject(runID)
        guard found.lacksNewest,
            try await !parts.database.read({ try AlertStore(db: $0).wasRaised(cause: "comments", subject: subject) })
        else { return found }
        try await SystemAlarm(parts: parts).raise(
            "comments", subject: subject,
            "\(tool.kind.label) lists what happened on task \(taskID) from the oldest on, and it is more than Bureau reads: what people write there now is not seen. Decide run \(runID) on its page or with bureau runs, and go on in a new task."
        )
        return found
    }
}
