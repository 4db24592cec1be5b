import BureauVendors

/// The ClickUp task: files, then one comment, then the status.
struct ClickUpChannel: Channel {
    func deliver(_ steps: [StepRecord], _ context: DeliveryContext) async throws {
        guard let task = context.hand.run.taskID else { return }
        guard let clickUp = context.parts.connections.clickUp else {
            return try await context.fail(steps, "ClickUp is not connected: set CLICKUP_API_TOKEN.")
        }
        let receipts = try steps.filter { $0.kind == "attach" }.compactMap {
            try $0.receipt(as: DeliveryReceipt.self)?.id
        }
        var known = Set(receipts)
        for step in steps {
            let write: any OutboundWrite
            switch step.kind {
            case "attach":
                let file = try step.intent(as: FileIntent.self)
                write = ClickUpAttach(
                    clickUp: clickUp, task: task, file: file, path: try context.path(of: file.blobKey),
                    since: step.intendedAt ?? context.parts.doors.now(), known: known)
            case "comment":
                write = ClickUpCommentWrite(
                    clickUp: clickUp, task: task, mark: Marks.text(step), parts: ClickUpMessages.ready(context.report),
                    since: step.intendedAt ?? 0)
            default:
                write = ClickUpStatusWrite(clickUp: clickUp, task: task, status: step.subject)
            }
            if case .done(let receipt) = try await context.perform(step, write), step.kind == "attach" {
                known.insert(try JSONText.decode(DeliveryReceipt.self, receipt).id)
            }
        }
    }
}

enum Marks {
    /// The tail of a comment by which it is found again, short enough not to disturb people.
    static func text(_ step: StepRecord) -> String { "ref \(step.id)" }
    /// Clocks differ between us and a vendor.
    static let skewMilliseconds: Int64 = 5 * 60_000
}

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
        let there = try await clickUp.task(task).attachments.first { attachment in
            attachment.title == file.title && !known.contains(attachment.id)
                && (attachment.sizeBytes == nil || attachment.sizeBytes == file.sizeBytes)
                && (attachment.date ?? .max) >= since - Marks.skewMilliseconds
        }
        return try there.map { .found(receipt: try JSONText.encode(DeliveryReceipt(id: $0.id, link: $0.url))) }
            ?? .absent
    }
}

/// Found again by its mark in the newest comments.
struct ClickUpCommentWrite: OutboundWrite {
    let clickUp: ClickUpClient
    let task: String
    let mark: String
    let parts: [ClickUpCommentPart]
    let since: Int64
    static let pagesMax = 20

    func write() async throws -> String {
        let comment = try await clickUp.comment(task, parts: parts + [.newline, .code(mark)])
        return try JSONText.encode(DeliveryReceipt(id: comment.id, link: nil))
    }

    func probe() async throws -> Probe {
        var last: ClickUpComment?
        for _ in 0..<Self.pagesMax {
            let page = try await clickUp.comments(task, start: last?.date, startID: last?.id)
            if let ours = page.first(where: { $0.text.contains(mark) }) {
                return .found(receipt: try JSONText.encode(DeliveryReceipt(id: ours.id, link: nil)))
            }
            guard let oldest = page.last, (oldest.date ?? 0) >= since - Marks.skewMilliseconds else { return .absent }
            last = oldest
        }
        return .unknown(why: "the comment was not among the newest \(Self.pagesMax * 25)")
    }
}

/// Setting a status twice changes nothing: the status itself is the mark.
struct ClickUpStatusWrite: OutboundWrite {
    let clickUp: ClickUpClient
    let task: String
    let status: String

    func write() async throws -> String {
        try await clickUp.setStatus(task, status)
        return try JSONText.encode(DeliveryReceipt(id: status, link: nil))
    }

    func probe() async throws -> Probe {
        guard ClickUpTrigger.same(try await clickUp.task(task).status, status) else { return .absent }
        return .found(receipt: try JSONText.encode(DeliveryReceipt(id: status, link: nil)))
    }
}
