import BureauDomain
import BureauVendors

/// What a tool can do with one task's files, place, fields and words, at once and without care. The writes beside it make
/// each of it once: they are the same whichever tool it is.
protocol TaskHands: Sendable {
    /// The files on the task, and whether these are all.
    func files(on task: String) async throws -> (found: [WorkTask.Attachment], isWhole: Bool)
    /// The new file's id and, where the tool says one, its address.
    func upload(_ file: FileIntent, path: String, to task: String) async throws -> DeliveryReceipt
    func place(of task: String) async throws -> String
    func put(_ task: String, at place: String) async throws
    /// Nil when the task has no such field.
    func field(_ name: String, on task: String, for value: String?) async throws -> TaskFieldSight?
    func set(_ field: TaskFieldSight, on task: String) async throws
    func change(_ task: String, _ change: WorkTaskChange) async throws
    /// Throws a refusal when it is not there.
    func look(at task: String) async throws
}

/// A field of a task, as far as writing one value needs it.
struct TaskFieldSight: Sendable {
    let id: String
    /// Whether it says the value already.
    let isSaid: Bool
    /// What writing the value takes; nil when the field cannot say it.
    let input: BureauVendors.JSONValue?
}

extension TaskHands {
    /// Why a task that was made is not there any more.
    func whyGone(_ receipt: String) async throws -> String? {
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        do {
            try await look(at: id)
            return nil
        } catch let error as VendorError {
            guard case .rejected = error.kind else { throw error }
            return "the task \(id) was made and is gone"
        }
    }
}

/// A comment of ours is found by its mark. One that has our words, is of our time and has no reference at all may be
/// ours with the reference taken away: nobody can tell.
struct CommentMark: Sendable {
    let mark: WriteMark

    func isOurs(_ text: String) -> Bool { text.contains(mark.text) }

    func isUnmarked(_ text: String, createdAt: Int64?) -> Bool {
        guard let alike = mark.alike, (createdAt ?? 0) >= mark.since - Marks.skewMilliseconds else { return false }
        return text.contains(alike) && !text.contains("ref ")
    }

    static func doubt(_ id: String) -> Probe {
        .unknown(why: "the comment \(id) may be it, but its reference was taken away")
    }

    static func whyGone(_ receipt: String, _ probe: Probe) throws -> String? {
        guard case .absent = probe else { return nil }
        let id = try JSONText.decode(DeliveryReceipt.self, receipt).id
        return "the comment \(id) was on the task and is gone"
    }
}
