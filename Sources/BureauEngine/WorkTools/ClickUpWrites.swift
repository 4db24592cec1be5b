import BureauDomain
import BureauVendors

/// Found again by its mark in the newest comments.
struct ClickUpCommentWrite: OutboundWrite {
    let clickUp: ClickUpClient
    let task: String
    let mark: WriteMark
    let parts: [ClickUpCommentPart]
    static let pagesMax = 20
    var sent: SentContent? { SentContent(json: parts) }

    func write() async throws -> String {
        let comment = try await clickUp.comment(task, parts: parts + [.newline, .code(mark.text)])
        return try JSONText.encode(DeliveryReceipt(id: comment.id, link: nil))
    }

    func probe() async throws -> Probe {
        let finding = CommentMark(mark: mark)
        var last: ClickUpComment?
        var doubtful: ClickUpComment?
        for _ in 0..<Self.pagesMax {
            let page = try await clickUp.comments(task, start: last?.date, startID: last?.id)
            if let ours = page.first(where: { finding.isOurs($0.text) }) {
                return .found(receipt: try JSONText.encode(DeliveryReceipt(id: ours.id, link: nil)))
            }
            doubtful = doubtful ?? page.first { finding.isUnmarked($0.text, createdAt: $0.date) }
            guard let oldest = page.last, (oldest.date ?? 0) >= mark.since - Marks.skewMilliseconds else {
                return doubtful.map { CommentMark.doubt($0.id) } ?? .absent
            }
            last = oldest
        }
        return .unknown(why: "the comment was not among the newest \(Self.pagesMax * 25)")
    }

    func whyGone(_ receipt: String) async throws -> String? {
        try CommentMark.whyGone(receipt, try await probe())
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
        try await ClickUpHands(clickUp: clickUp).whyGone(receipt)
    }
}
