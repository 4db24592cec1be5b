import BureauDomain
import BureauStorage
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
                    since: step.intendedAt ?? 0, alike: Marks.alike(context.report))
            default:
                guard let status = try await statusWrite(step, task, clickUp, context) else { continue }
                write = status
            }
            if case .done(let receipt) = try await context.perform(step, write), step.kind == "attach" {
                known.insert(try JSONText.decode(DeliveryReceipt.self, receipt).id)
            }
        }
    }
}

extension ClickUpChannel {
    /// The status there is before ours is part of the intent: a task that stands at neither was moved by a person
    /// meanwhile, whose decision is not undone. Nil when the task cannot be read; the step has failed then.
    private func statusWrite(
        _ step: StepRecord, _ task: String, _ clickUp: ClickUpClient, _ context: DeliveryContext
    ) async throws -> ClickUpStatusWrite? {
        var before = (try? step.intent(as: StatusIntent.self))?.before
        if before == nil, step.state == .pending {
            do {
                before = try await Patience(doors: context.parts.doors)({ try await clickUp.task(task) }).status
            } catch let error as VendorError {
                try Task.checkCancellation()
                try await context.fail([step], error.sentence)
                return nil
            }
            let intent = try JSONText.encode(StatusIntent(status: step.subject, before: before))
            try await context.parts.write(context.hand.lease) {
                try StepStore(db: $0).replaceIntent(step.id, intent)
            }
        }
        let known = before ?? context.hand.agent.config.triggers.clickUp?.status
        return ClickUpStatusWrite(clickUp: clickUp, task: task, status: step.subject, before: known)
    }
}

enum Marks {
    /// What a result's comment says of its run, by which one is known whose reference somebody took away.
    static func alike(_ report: DeliveryReport) -> String { "Run \(report.runID)" }
    /// The tail of a comment by which it is found again, short enough not to disturb people.
    static func text(_ step: StepRecord) -> String { "ref \(step.id)" }
    /// Clocks differ between us and a vendor.
    static let skewMilliseconds: Int64 = 5 * 60_000
    /// How far back a mark that nothing else carries is looked for: our own clock may have been wrong by a day.
    static let wrongClockMilliseconds: Int64 = 26 * 3_600_000
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
