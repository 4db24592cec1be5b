import BureauDomain
import BureauStorage
import BureauVendors

/// Found again by name and size among the task's attachments that no other step of ours has made.
struct ClickUpAttach: OutboundWrite {
    let clickUp: ClickUpClient
    let task: String
    let file: FileIntent
    let path: String
    let since: Int64
    let known: Set<String>
    var sent: SentContent? { SentContent(file) }

    func write() async throws -> String {
        let id = try await clickUp.attach(task, file: path, name: file.title, mime: file.mimeType)
        return try JSONText.encode(DeliveryReceipt(id: id, link: nil))
    }

    func probe() async throws -> Probe {
        let alike = try await clickUp.task(task).attachments.filter { attachment in
            attachment.title == file.title && !known.contains(attachment.id)
                && (attachment.sizeBytes == nil || attachment.sizeBytes == file.sizeBytes)
                && (attachment.date ?? .max) >= since - Marks.wrongClockMilliseconds
        }
        guard let first = alike.first else { return .absent }
        guard alike.count == 1 else {
            let ids = alike.prefix(5).map(\.id).joined(separator: ", ")
            return .unknown(why: "the task has \(alike.count) attachments of this name and size: \(ids)")
        }
        return .found(receipt: try JSONText.encode(DeliveryReceipt(id: first.id, link: first.url)))
    }

    func whyGone(_ receipt: String) async throws -> String? {
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        guard try await !clickUp.task(task).attachments.contains(where: { $0.id == id }) else { return nil }
        return "the attachment \(id) was on the task and is gone"
    }
}

/// Found again by its mark in the newest comments.
struct ClickUpCommentWrite: OutboundWrite {
    let clickUp: ClickUpClient
    let task: String
    let mark: String
    let parts: [ClickUpCommentPart]
    let since: Int64
    /// Words that only this comment has besides its mark: with them and without a mark, somebody edited it.
    var alike: String?
    static let pagesMax = 20
    var sent: SentContent? { SentContent(json: parts) }

    func write() async throws -> String {
        let comment = try await clickUp.comment(task, parts: parts + [.newline, .code(mark)])
        return try JSONText.encode(DeliveryReceipt(id: comment.id, link: nil))
    }

    func probe() async throws -> Probe {
        var last: ClickUpComment?
        var unmarked: ClickUpComment?
        for _ in 0..<Self.pagesMax {
            let page = try await clickUp.comments(task, start: last?.date, startID: last?.id)
            if let ours = page.first(where: { $0.text.contains(mark) }) {
                return .found(receipt: try JSONText.encode(DeliveryReceipt(id: ours.id, link: nil)))
            }
            unmarked = unmarked ?? page.first(where: isUnmarked)
            guard let oldest = page.last, (oldest.date ?? 0) >= since - Marks.skewMilliseconds else {
                return unmarked.map {
                    .unknown(why: "the comment \($0.id) may be it, but its reference was taken away")
                } ?? .absent
            }
            last = oldest
        }
        return .unknown(why: "the comment was not among the newest \(Self.pagesMax * 25)")
    }

    private func isUnmarked(_ comment: ClickUpComment) -> Bool {
        guard let alike, (comment.date ?? 0) >= since - Marks.skewMilliseconds else { return false }
        return comment.text.contains(alike) && !comment.text.contains("ref ")
    }

    func whyGone(_ receipt: String) async throws -> String? {
        guard case .absent = try await probe() else { return nil }
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        return "the comment \(id) was on the task and is gone"
    }
}

/// Setting a status twice changes nothing: the status itself is the mark.
struct ClickUpStatusWrite: OutboundWrite {
    let clickUp: ClickUpClient
    let task: String
    let status: String
    /// Where the task stood before, when that is known.
    var before: String?
    var sent: SentContent? { SentContent(json: StatusIntent(status: status)) }

    func write() async throws -> String {
        try await clickUp.setStatus(task, status)
        return try JSONText.encode(DeliveryReceipt(id: status, link: nil))
    }

    func probe() async throws -> Probe {
        let now = try await clickUp.task(task).status
        guard ClickUpTrigger.same(now, status) else {
            guard let before, !ClickUpTrigger.same(now, before) else { return .absent }
            return .unknown(
                why: "the task is at \"\(now)\", neither where it was (\"\(before)\") nor where it goes (\"\(status)\")"
            )
        }
        return .found(receipt: try JSONText.encode(DeliveryReceipt(id: status, link: nil)))
    }
}
