import BureauDomain
import BureauVendors

/// A field's value is its own mark: setting it twice changes nothing.
struct ClickUpFieldWrite: OutboundWrite {
    let clickUp: ClickUpClient
    let task: String
    let field: String
    let value: String?
    var sent: SentContent? { SentContent(json: ["field": field, "value": value ?? ""]) }

    func write() async throws -> String {
        let found = try await present()
        guard let input = found.input(value) else {
            throw StepProblem(description: "The field \"\(field)\" has no option \"\(value ?? "")\".")
        }
        try await clickUp.setField(task, found.id, input)
        return try JSONText.encode(DeliveryReceipt(id: found.id, link: nil))
    }

    func probe() async throws -> Probe {
        let found = try await present()
        guard found.text == value else { return .absent }
        return .found(receipt: try JSONText.encode(DeliveryReceipt(id: found.id, link: nil)))
    }

    private func present() async throws -> ClickUpCustomField {
        guard let found = try await clickUp.task(task).field(field) else {
            throw StepProblem(description: "The task has no field \"\(field)\".")
        }
        return found
    }
}

/// Found again by its mark at the end of its description, among the tasks of the list that changed since.
struct ClickUpTaskCreate: OutboundWrite {
    let clickUp: ClickUpClient
    let draft: WorkTaskDraft
    let mark: WriteMark
    static let pagesMax = 20
    var sent: SentContent? { SentContent(json: draft) }

    func write() async throws -> String {
        let task = try await clickUp.createTask(
            list: draft.containerID, name: draft.title, text: "\(draft.notes.plain)\n\n\(mark.text)",
            status: draft.place, assignee: draft.assigneeID.flatMap { Int64($0) })
        return try receipt(task)
    }

    func probe() async throws -> Probe {
        let since = max(0, mark.since - Marks.wrongClockMilliseconds)
        for page in 0..<Self.pagesMax {
            let found = try await clickUp.tasks(
                list: draft.containerID, statuses: [], updatedAfter: since, page: page)
            if let ours = found.tasks.first(where: { $0.text.contains(mark.text) }) {
                return .found(receipt: try receipt(ours))
            }
            if found.isLastPage { return .absent }
        }
        return .unknown(why: "the task was not among the newest \(Self.pagesMax * 100) of its list")
    }

    private func receipt(_ task: ClickUpTask) throws -> String {
        try JSONText.encode(DeliveryReceipt(id: task.id, link: task.url))
    }

    func whyGone(_ receipt: String) async throws -> String? {
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        do {
            _ = try await clickUp.task(id)
            return nil
        } catch {
            guard case .rejected = error.kind else { throw error }
            return "the task \(id) was made and is gone"
        }
    }
}

/// Saying the same twice changes nothing: the task itself is the mark.
struct ClickUpTaskUpdate: OutboundWrite {
    let clickUp: ClickUpClient
    let task: String
    let change: WorkTaskChange
    var sent: SentContent? { SentContent(json: change) }

    func write() async throws -> String {
        try await clickUp.updateTask(
            task, name: change.title, text: change.notes?.plain, status: try await doneStatus())
        return try JSONText.encode(DeliveryReceipt(id: task, link: nil))
    }

    func probe() async throws -> Probe { .absent }

    /// A list's own word for finished work: its first status of that kind.
    private func doneStatus() async throws -> String? {
        guard change.isCompleted == true else { return nil }
        let list = try await clickUp.list(try await clickUp.task(task).listID)
        guard let status = list.finishedStatus else {
            throw StepProblem(description: "The list \(list.name) has no status for finished work.")
        }
        return status
    }
}
