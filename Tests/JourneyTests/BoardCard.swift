import BureauSandbox
import ProductHarness

/// A task as people see it on its board, whichever tool that is.
struct BoardCard: Hashable, Sendable {
    let id: String, name: String, place: String, notes: String
    let comments: [String]
    let attachments: [String]
    let fields: [String: String]
    let isDone: Bool

    fileprivate init(_ task: JSON) {
        func texts(_ list: String, _ name: String, or other: String) -> [String] {
            (task[list]?.array ?? []).compactMap { ($0[name] ?? $0[other])?.string }
        }
        id = (task["gid"] ?? task["id"])?.string ?? ""
        name = task["name"]?.string ?? ""
        place = (task["section"] ?? task["status"])?.string ?? ""
        notes = (task["notes"] ?? task["text"])?.string ?? ""
        comments = texts("comments", "text", or: "text")
        attachments = texts("attachments", "name", or: "title")
        fields = (task["fields"]?.object ?? [:]).compactMapValues(\.string)
        isDone = task["completed"]?.bool ?? (place == "complete")
    }
}

extension Installation {
    /// All tasks of a board, in the order in which they were made.
    func cards(on board: ReviewJourneyTests.Board) async -> [BoardCard] {
        let state = await look().state
        let tasks = (board == .asana ? state["asana"] : state["clickup"])?["tasks"]?.array ?? []
        return tasks.map(BoardCard.init)
    }
}
