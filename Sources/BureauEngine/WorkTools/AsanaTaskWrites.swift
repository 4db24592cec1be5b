import BureauDomain
import BureauVendors

/// Found again by its mark at the end of its notes, among the tasks of the project that changed since. Its section is
/// a second call, which may be lost alone: the write looks for its own task first and makes only what is missing.
struct AsanaTaskCreate: OutboundWrite {
    let asana: AsanaClient
    let draft: WorkTaskDraft
    let mark: WriteMark
    var sent: SentContent? { SentContent(json: draft) }

    func write() async throws -> String {
        // A section that is not there is known before anything is made.
        let section = try await section()
        let found = try await look()
        guard found.task != nil || found.isWhole else { throw StepProblem(description: "\(Self.tooMany).") }
        let task: AsanaTask
        if let made = found.task {
            task = made
        } else {
            task = try await asana.createTask(
                project: draft.containerID, name: draft.title, notes: "\(draft.notes.plain)\n\n\(mark.text)",
                assignee: draft.assigneeID)
        }
        if let section, place(of: task)?.gid != section { try await asana.addTask(task.gid, toSection: section) }
        return try receipt(task)
    }

    func probe() async throws -> Probe {
        let found = try await look()
        guard let task = found.task else { return found.isWhole ? .absent : .unknown(why: Self.tooMany) }
        guard let section = try await section(), place(of: task)?.gid != section else {
            return .found(receipt: try receipt(task))
        }
        return .absent
    }

    private static let tooMany = "the task was not among the first \(AsanaWorkTool.pagesMax * 100) that changed"

    private func look() async throws -> (task: AsanaTask?, isWhole: Bool) {
        let since = max(0, mark.since - Marks.wrongClockMilliseconds)
        let tasks = try await asana.tasks(of: draft.containerID, since: since)
        return (tasks.items.first { $0.notes.contains(mark.text) }, tasks.isWhole)
    }

    private func section() async throws -> String? {
        guard let place = draft.place else { return nil }
        return try await asana.section(place, of: draft.containerID, named: draft.containerID)
    }

    private func place(of task: AsanaTask) -> AsanaNamed? {
        task.memberships.first { $0.project.gid == draft.containerID }?.section
    }

    private func receipt(_ task: AsanaTask) throws -> String {
        try JSONText.encode(DeliveryReceipt(id: task.gid, link: task.url))
    }

    func whyGone(_ receipt: String) async throws -> String? {
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        do {
            _ = try await asana.task(id)
            return nil
        } catch {
            guard case .rejected = error.kind else { throw error }
            return "the task \(id) was made and is gone"
        }
    }
}

/// Saying the same twice changes nothing: the task itself is the mark.
struct AsanaTaskUpdate: OutboundWrite {
    let asana: AsanaClient
    let task: String
    let change: WorkTaskChange
    var sent: SentContent? { SentContent(json: change) }

    func write() async throws -> String {
        try await asana.updateTask(
            task, name: change.title, notes: change.notes?.plain, isCompleted: change.isCompleted)
        return try JSONText.encode(DeliveryReceipt(id: task, link: nil))
    }

    func probe() async throws -> Probe { .absent }
}
