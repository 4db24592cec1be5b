import BureauDomain
import BureauVendors

/// Asana as a `WorkTool`. Where a task stands is its section; a task in several projects stands in the first of `homes`
/// that holds it, or else in its own first one.
struct AsanaWorkTool: WorkTool {
    let asana: AsanaClient
    /// Projects of the agent whose task it is, in its config's order.
    var homes: [String] = []
    /// Pages of one list that are read, 100 things each.
    static let pagesMax = 20
    var hands: any TaskHands { AsanaHands(asana: asana, homes: homes) }
    var kind: WorkToolKind { .asana }

    func ownUserID() async throws(VendorError) -> String { try await asana.me().gid }

    func task(_ id: String) async throws(VendorError) -> WorkTask {
        let files = try await asana.attachments(of: id).items
        return WorkTask(try await asana.task(id), attachments: files, homes: homes)
    }

    /// Asana lists from the oldest on, so all pages are read before anything is known of the newest.
    func comments(of task: String, since: Int64) async throws(VendorError) -> WorkComments {
        let stories = try await asana.stories(of: task)
        let recent = stories.items.filter { $0.isComment && ($0.createdAt ?? since) >= since }
        let kept = recent.suffix(Self.commentsMax)
        let read = kept.map { story in
            WorkComment(
                id: story.gid, authorID: story.author?.gid, authorName: story.author?.name, text: story.text,
                createdAt: story.createdAt ?? since)
        }
        return WorkComments(
            comments: Array(read), isWhole: stories.isWhole && kept.count == recent.count,
            lacksNewest: !stories.isWhole)
    }

    func comment(_ text: WorkText, on task: String, mark: WriteMark) -> any OutboundWrite {
        AsanaCommentWrite(asana: asana, task: task, mark: mark, text: text)
    }

    func createTask(_ draft: WorkTaskDraft, mark: WriteMark) -> any OutboundWrite {
        AsanaTaskCreate(asana: asana, draft: draft, mark: mark)
    }
}

/// All of a list, or its first pages: then nothing may be concluded from an absence.
struct AsanaListing<Item: Sendable>: Sendable {
    var items: [Item] = []
    var isWhole = false
}

extension AsanaClient {
    func stories(of task: String) async throws(VendorError) -> AsanaListing<AsanaStory> {
        try await Self.pages { offset throws(VendorError) in try await stories(task, offset: offset) }
    }

    func attachments(of task: String) async throws(VendorError) -> AsanaListing<AsanaAttachment> {
        try await Self.pages { offset throws(VendorError) in try await attachments(task: task, offset: offset) }
    }

    func sections(of project: String) async throws(VendorError) -> AsanaListing<AsanaNamed> {
        try await Self.pages { offset throws(VendorError) in try await sections(project: project, offset: offset) }
    }

    func tasks(of project: String, since: Int64) async throws(VendorError) -> AsanaListing<AsanaTask> {
        try await Self.pages { offset throws(VendorError) in
            try await tasks(project: project, modifiedSince: since, withCompleted: true, offset: offset)
        }
    }

    private static func pages<Item: Decodable & Sendable>(
        _ page: (String?) async throws(VendorError) -> AsanaPage<Item>
    ) async throws(VendorError) -> AsanaListing<Item> {
        var listing = AsanaListing<Item>(), offset: String?
        for _ in 0..<AsanaWorkTool.pagesMax {
            let found = try await page(offset)
            listing.items += found.items
            guard let next = found.nextOffset else {
                listing.isWhole = true
                return listing
            }
            offset = next
        }
        return listing
    }
}

extension WorkTask {
    init(_ task: AsanaTask, attachments: [AsanaAttachment] = [], homes: [String] = []) {
        let home = task.home(among: homes)
        self.init(
            kind: .asana, id: task.gid, title: task.name, notes: task.notes, url: task.url,
            place: home?.section?.name ?? "", containerID: home?.project.gid ?? "",
            memberships: task.memberships.map {
                Membership(
                    containerID: $0.project.gid, containerName: $0.project.name, place: $0.section?.name ?? "")
            },
            assigneeIDs: task.assignee.map { [$0.gid] } ?? [], isCompleted: task.isCompleted,
            completedAt: task.isCompleted ? task.completedAt : nil, plannedOn: task.dueOn ?? task.startOn,
            tags: task.tags.map(\.name),
            fields: task.customFields.map { Field(id: $0.gid, name: $0.name, text: $0.words) },
            attachments: attachments.map(Attachment.init), updatedAt: task.modifiedAt)
    }
}

extension WorkTask.Attachment {
    init(_ file: AsanaAttachment) {
        self.init(id: file.gid, title: file.name, sizeBytes: file.sizeBytes, url: file.url, createdAt: file.createdAt)
    }
}

extension AsanaCustomField {
    /// What decisions are made from is read from the value itself; a number is shown as its field formats it.
    fileprivate var words: String? { type == "number" ? displayText ?? writtenText : writtenText ?? displayText }
}

extension AsanaTask {
    func home(among homes: [String]) -> AsanaMembership? {
        let known = homes.lazy.compactMap { home in memberships.first { $0.project.gid == home } }
        return known.first ?? memberships.first
    }
}

extension WorkText {
    /// A quotation is a line that begins with "> ": Asana's newer tag for one is refused by older texts.
    var asanaParts: [AsanaRichText.Part] {
        var done: [AsanaRichText.Part] = [], line: [AsanaRichText.Part] = []
        for part in parts {
            switch part {
            case .text(let text): line.append(.text(text))
            case .bold(let text): line.append(.strong(text))
            case .code(let text): line.append(.code(text))
            case .link(let text, let url): line.append(.link(text, url: url))
            case .mention(let id): line.append(.mention(gid: id))
            case .newline: (done, line) = (done + line + [.text("\n")], [])
            case .bullet: (done, line) = (done + [.bullet(line)], [])
            case .quote: (done, line) = (done + [.text("> ")] + line + [.text("\n")], [])
            }
        }
        return done + line
    }
}
