import BureauDomain
import BureauVendors

/// Where a task stands is its status; a task carries its files with it, all of them.
struct ClickUpHands: TaskHands {
    let clickUp: ClickUpClient

    func files(on task: String) async throws -> (found: [WorkTask.Attachment], isWhole: Bool) {
        (try await clickUp.task(task).attachments.map(WorkTask.Attachment.init), true)
    }

    func upload(_ file: FileIntent, path: String, to task: String) async throws -> DeliveryReceipt {
        DeliveryReceipt(
            id: try await clickUp.attach(task, file: path, name: file.title, mime: file.mimeType), link: nil)
    }

    func place(of task: String) async throws -> String { try await clickUp.task(task).status }
    func put(_ task: String, at place: String) async throws { try await clickUp.setStatus(task, place) }

    func field(_ name: String, on task: String, for value: String?) async throws -> TaskFieldSight? {
        try await clickUp.task(task).field(name).map {
            TaskFieldSight(id: $0.id, isSaid: $0.says(value), input: $0.input(value))
        }
    }

    func set(_ field: TaskFieldSight, on task: String) async throws {
        try await clickUp.setField(task, field.id, field.input ?? .null)
    }

    func change(_ task: String, _ change: WorkTaskChange) async throws {
        var status: String?
        if change.isCompleted == true { status = try await doneStatus(task) }
        try await clickUp.updateTask(task, name: change.title, text: change.notes?.plain, status: status)
    }

    /// A list's own word for finished work: its first status of that kind.
    private func doneStatus(_ task: String) async throws -> String {
        let list = try await clickUp.list(try await clickUp.task(task).listID)
        guard let status = list.finishedStatus else {
            throw StepProblem(description: "The list \(list.name) has no status for finished work.")
        }
        return status
    }

    func look(at task: String) async throws { _ = try await clickUp.task(task) }
}
