import BureauDomain
import BureauVendors

/// Where a task stands is its section in the project it is worked in.
struct AsanaHands: TaskHands {
    let asana: AsanaClient
    /// Projects of the agent whose task it is, in its config's order.
    var homes: [String] = []

    func files(on task: String) async throws -> (found: [WorkTask.Attachment], isWhole: Bool) {
        let files = try await asana.attachments(of: task)
        return (files.items.map(WorkTask.Attachment.init), files.isWhole)
    }

    func upload(_ file: FileIntent, path: String, to task: String) async throws -> DeliveryReceipt {
        let made = try await asana.attach(task, file: path, name: file.title, mime: file.mimeType)
        return DeliveryReceipt(id: made.gid, link: made.url)
    }

    func place(of task: String) async throws -> String { WorkTask(try await asana.task(task), homes: homes).place }

    func put(_ task: String, at place: String) async throws {
        guard let project = try await asana.task(task).home(among: homes)?.project else {
            throw StepProblem(description: "The task is in no project, so it has no section to go to.")
        }
        try await asana.addTask(
            task, toSection: try await asana.section(place, of: project.gid, named: project.name))
    }

    func field(_ name: String, on task: String, for value: String?) async throws -> TaskFieldSight? {
        try await asana.task(task).field(name).map {
            TaskFieldSight(id: $0.gid, isSaid: $0.says(value), input: $0.input(value))
        }
    }

    func set(_ field: TaskFieldSight, on task: String) async throws {
        try await asana.setFields(task, [field.id: field.input ?? .null])
    }

    func change(_ task: String, _ change: WorkTaskChange) async throws {
        try await asana.updateTask(
            task, name: change.title, notes: change.notes?.plain, isCompleted: change.isCompleted)
    }

    func look(at task: String) async throws { _ = try await asana.task(task) }
}
