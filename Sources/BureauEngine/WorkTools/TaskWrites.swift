import BureauDomain
import BureauVendors

/// Found again by name and size among the task's files that no other step of ours has made.
struct TaskFileWrite: OutboundWrite {
    let hands: any TaskHands
    let task: String
    let file: FileIntent
    let path: String
    let since: Int64
    let known: @Sendable () async throws -> Set<String>
    var sent: SentContent? { SentContent(file) }

    func write() async throws -> String {
        try JSONText.encode(try await hands.upload(file, path: path, to: task))
    }

    func probe() async throws -> Probe {
        let files = try await hands.files(on: task)
        // Asked for after the files were listed: what another run of ours has attached by then has its receipt.
        let known = try await known()
        let alike = files.found.filter { attachment in
            attachment.title == file.title && !known.contains(attachment.id)
                && (attachment.sizeBytes == nil || attachment.sizeBytes == file.sizeBytes)
                && (attachment.createdAt ?? .max) >= since - Marks.wrongClockMilliseconds
        }
        guard files.isWhole || !alike.isEmpty else {
            return .unknown(why: "the file was not among the first \(files.found.count) of the task")
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
        let files = try await hands.files(on: task)
        guard files.isWhole, !files.found.contains(where: { $0.id == id }) else { return nil }
        return "the attachment \(id) was on the task and is gone"
    }
}

/// Moving twice to one place changes nothing: the place itself is the mark.
struct TaskMoveWrite: OutboundWrite {
    let hands: any TaskHands
    let task: String
    let place: String
    /// Where the task stood before, when that is known.
    var before: String?
    var sent: SentContent? { SentContent(json: StatusIntent(status: place)) }

    func write() async throws -> String {
        try await hands.put(task, at: place)
        return try JSONText.encode(DeliveryReceipt(id: place, link: nil))
    }

    func probe() async throws -> Probe {
        let now = try await hands.place(of: task)
        guard !Words.same(now, place) else {
            return .found(receipt: try JSONText.encode(DeliveryReceipt(id: place, link: nil)))
        }
        guard let before, !Words.same(now, before) else { return .absent }
        return .unknown(
            why: "the task is at \"\(now)\", neither where it was (\"\(before)\") nor where it goes (\"\(place)\")")
    }
}

/// A field's value is its own mark: setting it twice changes nothing.
struct TaskFieldWrite: OutboundWrite {
    let hands: any TaskHands
    let task: String
    let field: String
    let value: String?
    var sent: SentContent? { SentContent(json: ["field": field, "value": value ?? ""]) }

    func write() async throws -> String {
        let found = try await present()
        guard found.input != nil else {
            throw StepProblem(description: "The field \"\(field)\" cannot be set to \"\(value ?? "")\".")
        }
        try await hands.set(found, on: task)
        return try JSONText.encode(DeliveryReceipt(id: found.id, link: nil))
    }

    func probe() async throws -> Probe {
        let found = try await present()
        return found.isSaid ? .found(receipt: try JSONText.encode(DeliveryReceipt(id: found.id, link: nil))) : .absent
    }

    private func present() async throws -> TaskFieldSight {
        guard let found = try await hands.field(field, on: task, for: value) else {
            throw StepProblem(description: "The task has no field \"\(field)\".")
        }
        return found
    }
}

/// Saying the same twice changes nothing: the task itself is the mark.
struct TaskChangeWrite: OutboundWrite {
    let hands: any TaskHands
    let task: String
    let change: WorkTaskChange
    var sent: SentContent? { SentContent(json: change) }

    func write() async throws -> String {
        try await hands.change(task, change)
        return try JSONText.encode(DeliveryReceipt(id: task, link: nil))
    }

    func probe() async throws -> Probe { .absent }
}
