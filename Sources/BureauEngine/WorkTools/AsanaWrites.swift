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
        let stories = try await asana.stories(of: task), finding = CommentMark(mark: mark)
        let comments = stories.items.filter(\.isComment)
        if let ours = comments.last(where: { finding.isOurs($0.text) }) { return .found(receipt: try receipt(ours)) }
        if let doubtful = comments.last(where: { finding.isUnmarked($0.text, createdAt: $0.createdAt) }) {
            return CommentMark.doubt(doubtful.gid)
        }
        guard stories.isWhole else {
            return .unknown(why: "the comment was not among the first \(stories.items.count) entries of the task")
        }
        return .absent
    }

    private func receipt(_ story: AsanaStory) throws -> String {
        try JSONText.encode(DeliveryReceipt(id: story.gid, link: nil))
    }

    func whyGone(_ receipt: String) async throws -> String? {
        try CommentMark.whyGone(receipt, try await probe())
    }
}

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

    func whyGone(_ receipt: String) async throws -> String? { try await AsanaHands(asana: asana).whyGone(receipt) }
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
