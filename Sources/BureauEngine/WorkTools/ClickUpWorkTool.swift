import BureauDomain
import BureauVendors
import Foundation

/// ClickUp as a `WorkTool`. Where a task stands is its status; edits of comments carry no time there.
struct ClickUpWorkTool: WorkTool {
    let clickUp: ClickUpClient
    /// Where people are: what ClickUp keeps as a day is an instant in their zone.
    let zone: ZoneOffsets
    var hands: any TaskHands { ClickUpHands(clickUp: clickUp) }
    var kind: WorkToolKind { .clickUp }

    func ownUserID() async throws(VendorError) -> String { String(try await clickUp.me().id) }

    func task(_ id: String) async throws(VendorError) -> WorkTask { WorkTask(try await clickUp.task(id), zone: zone) }

    func comments(of task: String, since: Int64) async throws(VendorError) -> WorkComments {
        var newestFirst: [ClickUpComment] = []
        while newestFirst.count < Self.commentsMax {
            let last = newestFirst.last
            let page = try await clickUp.comments(task, start: last?.date, startID: last?.id)
            let known = Set(newestFirst.map(\.id))
            let new = page.filter { !known.contains($0.id) }
            newestFirst += new
            guard !new.isEmpty, let oldest = new.last, (oldest.date ?? 0) >= since else {
                return WorkComments(comments: Self.read(newestFirst, since), isWhole: true)
            }
        }
        return WorkComments(comments: Self.read(newestFirst, since), isWhole: false)
    }

    private static func read(_ newestFirst: [ClickUpComment], _ since: Int64) -> [WorkComment] {
        newestFirst.reversed().filter { ($0.date ?? since) >= since }.map { comment in
            WorkComment(
                id: comment.id, authorID: comment.userID.map(String.init), authorName: comment.userName,
                text: comment.text, createdAt: comment.date ?? since)
        }
    }

    func comment(_ text: WorkText, on task: String, mark: WriteMark) -> any OutboundWrite {
        ClickUpCommentWrite(
            clickUp: clickUp, task: task, mark: mark, parts: text.open.clickUpParts)
    }

    func createTask(_ draft: WorkTaskDraft, mark: WriteMark) -> any OutboundWrite {
        ClickUpTaskCreate(clickUp: clickUp, draft: draft, mark: mark)
    }
}

extension WorkTask {
    init(_ task: ClickUpTask, zone: ZoneOffsets) {
        self.init(
            kind: .clickUp, id: task.id, title: task.name, notes: task.text, url: task.url, place: task.status,
            containerID: task.listID,
            memberships: task.lists.map {
                Membership(containerID: $0.id, containerName: $0.name, place: task.status)
            },
            assigneeIDs: task.assigneeIDs.map(String.init), isCompleted: task.isDone,
            completedAt: task.isDone ? task.dateDone : nil,
            plannedOn: (task.dueDate ?? task.startDate).map { Self.day($0, zone) }, tags: task.tags,
            fields: task.customFields.map {
                Field(id: $0.id, name: $0.name, text: $0.text(secondsEast: zone.secondsEast))
            },
            attachments: task.attachments.map(Attachment.init), updatedAt: task.dateUpdated)
    }

    /// ClickUp keeps a day as the instant of its 04:00 in its writer's zone.
    static func day(_ milliseconds: Int64, _ zone: ZoneOffsets) -> String {
        let local = zone.reading(at: Int(milliseconds / 1_000))
        return Date(timeIntervalSince1970: Double(local)).formatted(.iso8601.year().month().day())
    }
}

extension WorkTask.Attachment {
    init(_ file: ClickUpAttachment) {
        self.init(id: file.id, title: file.title, sizeBytes: file.sizeBytes, url: file.url, createdAt: file.date)
    }
}

extension WorkText {
    /// ClickUp has no quotations in comments of the API's documented form: such a line begins with "> ".
    var clickUpParts: [ClickUpCommentPart] {
        var done: [ClickUpCommentPart] = [], line: [ClickUpCommentPart] = []
        for part in parts {
            switch part {
            case .text(let text): line.append(.text(text))
            case .bold(let text): line.append(.bold(text))
            case .code(let text): line.append(.code(text))
            case .link(let text, let url): line.append(.link(text, url: url))
            case .mention(let id): if let number = Int64(id) { line.append(.mention(userID: number)) }
            case .newline: (done, line) = (done + line + [.newline], [])
            case .bullet: (done, line) = (done + line + [.bullet], [])
            case .quote: (done, line) = (done + [.text("> ")] + line + [.newline], [])
            }
        }
        return done + line
    }
}
