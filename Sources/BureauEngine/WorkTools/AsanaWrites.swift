import BureauDomain
import BureauVendors

/// Found again by its mark among the task's comments.
struct AsanaCommentWrite: OutboundWrite {
    let asana: AsanaClient
    let task: String
    let mark: WriteMark
    let text: WorkText
    var sent: SentContent? { SentContent(json: text) }

    func write() async throws -> String {
        let body = AsanaRichText(text.open.asanaParts, tail: [.text("\n"), .code(mark.text)])
        return try receipt(try await asana.comment(task, body))
    }

    func probe() async throws -> Probe {
        let stories = try await asana.stories(of: task)
        let comments = stories.items.filter(\.isComment)
        if let ours = comments.last(where: { $0.text.contains(mark.text) }) {
            return .found(receipt: try receipt(ours))
        }
        if let unmarked = comments.last(where: isUnmarked) {
            return .unknown(why: "the comment \(unmarked.gid) may be it, but its reference was taken away")
        }
        guard stories.isWhole else {
            return .unknown(why: "the comment was not among the first \(stories.items.count) entries of the task")
        }
        return .absent
    }

    private func isUnmarked(_ story: AsanaStory) -> Bool {
        guard let alike = mark.alike, (story.createdAt ?? 0) >= mark.since - Marks.skewMilliseconds else {
            return false
        }
        return story.text.contains(alike) && !story.text.contains("ref ")
    }

    private func receipt(_ story: AsanaStory) throws -> String {
        try JSONText.encode(DeliveryReceipt(id: story.gid, link: nil))
    }

    func whyGone(_ receipt: String) async throws -> String? {
        guard case .absent = try await probe() else { return nil }
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        return "the comment \(id) was on the task and is gone"
    }
}

/// Found again by name and size among the task's attachments that no other step of ours has made.
struct AsanaAttach: OutboundWrite {
    let asana: AsanaClient
    let task: String
    let file: FileIntent
    let path: String
    let since: Int64
    let known: Set<String>
    var sent: SentContent? { SentContent(file) }

    func write() async throws -> String {
        let made = try await asana.attach(task, file: path, name: file.title, mime: file.mimeType)
        return try JSONText.encode(DeliveryReceipt(id: made.gid, link: made.url))
    }

    func probe() async throws -> Probe {
        let files = try await asana.attachments(of: task)
        let alike = files.items.filter { attachment in
            attachment.name == file.title && !known.contains(attachment.gid)
                && (attachment.sizeBytes == nil || attachment.sizeBytes == file.sizeBytes)
                && (attachment.createdAt ?? .max) >= since - Marks.wrongClockMilliseconds
        }
        guard files.isWhole || !alike.isEmpty else {
            return .unknown(why: "the file was not among the first \(files.items.count) of the task")
        }
        guard let first = alike.first else { return .absent }
        guard alike.count == 1 else {
            let ids = alike.prefix(5).map(\.gid).joined(separator: ", ")
            return .unknown(why: "the task has \(alike.count) attachments of this name and size: \(ids)")
        }
        return .found(receipt: try JSONText.encode(DeliveryReceipt(id: first.gid, link: first.url)))
    }

    func whyGone(_ receipt: String) async throws -> String? {
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        let files = try await asana.attachments(of: task)
        guard files.isWhole, !files.items.contains(where: { $0.gid == id }) else { return nil }
        return "the attachment \(id) was on the task and is gone"
    }
}

/// Moving twice to one section changes nothing: the section itself is the mark.
struct AsanaSectionWrite: OutboundWrite {
    let asana: AsanaClient
    let task: String
    let section: String
    /// Where the task stood before, when that is known.
    var before: String?
    var homes: Set<String> = []
    var sent: SentContent? { SentContent(json: StatusIntent(status: section)) }

    func write() async throws -> String {
        try await asana.addTask(task, toSection: try await target())
        return try JSONText.encode(DeliveryReceipt(id: section, link: nil))
    }

    func probe() async throws -> Probe {
        let now = WorkTask(try await asana.task(task), homes: homes).place
        guard WorkTask.folded(now) != WorkTask.folded(section) else {
            return .found(receipt: try JSONText.encode(DeliveryReceipt(id: section, link: nil)))
        }
        guard let before, WorkTask.folded(now) != WorkTask.folded(before) else { return .absent }
        return .unknown(
            why: "the task is in \"\(now)\", neither where it was (\"\(before)\") nor where it goes (\"\(section)\")")
    }

    private func target() async throws -> String {
        guard let project = try await asana.task(task).home(among: homes)?.project else {
            throw StepProblem(description: "The task is in no project, so it has no section to go to.")
        }
        return try await asana.section(section, of: project.gid, named: project.name)
    }
}

extension AsanaClient {
    /// The gid of the section of this name (or gid) in a project.
    func section(_ name: String, of project: String, named words: String) async throws -> String {
        let sections = try await sections(of: project).items
        let alike = sections.filter { $0.gid == name || WorkTask.folded($0.name) == WorkTask.folded(name) }
        guard let found = alike.first else {
            throw StepProblem(description: "The project \(words) has no section \"\(name)\".")
        }
        guard alike.count == 1 else {
            throw StepProblem(description: "The project \(words) has \(alike.count) sections \"\(name)\".")
        }
        return found.gid
    }
}

/// A field's value is its own mark: setting it twice changes nothing.
struct AsanaFieldWrite: OutboundWrite {
    let asana: AsanaClient
    let task: String
    let field: String
    let value: String?
    var sent: SentContent? { SentContent(json: ["field": field, "value": value ?? ""]) }

    func write() async throws -> String {
        let found = try await present()
        guard let input = found.input(value) else {
            throw StepProblem(description: "The field \"\(field)\" cannot be set to \"\(value ?? "")\".")
        }
        try await asana.setFields(task, [found.gid: input])
        return try JSONText.encode(DeliveryReceipt(id: found.gid, link: nil))
    }

    func probe() async throws -> Probe {
        let found = try await present()
        guard found.says(value) else { return .absent }
        return .found(receipt: try JSONText.encode(DeliveryReceipt(id: found.gid, link: nil)))
    }

    private func present() async throws -> AsanaCustomField {
        guard let found = try await asana.task(task).field(field) else {
            throw StepProblem(description: "The task has no field \"\(field)\".")
        }
        return found
    }
}
