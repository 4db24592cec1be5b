import BureauSandbox

/// One moment of a Sentinel run at which the server is killed.
struct KillPoint: Sendable, Hashable, CustomStringConvertible {
    enum Moment: String, Sendable, CaseIterable {
        case before = "before it is done"
        case lost = "done, with the answer lost"
        case answered = "after its answer"

        var action: FaultAction {
            switch self {
            case .before: .kill
            case .lost: .killAfter
            case .answered: .killAnswered
            }
        }
    }

    let call: OutboundCall
    let moment: Moment
    var description: String { "\(call), \(moment.rawValue)" }

    func rule(for pid: Int32) -> FaultRule {
        FaultRule(
            vendor: call.vendor, operation: call.operation, skip: call.occurrence - 1, moment.action, pid: pid)
    }

    static let all = OutboundCall.all.flatMap { call in Moment.allCases.map { KillPoint(call: call, moment: $0) } }
}

/// One request of a clean run: the third `files.create` is the third folder.
struct OutboundCall: Sendable, Hashable, CustomStringConvertible {
    let vendor: String, operation: String
    let occurrence: Int
    var description: String { "\(vendor) \(operation) #\(occurrence)" }

    /// Operations of one Sentinel run and how often each happens. `OperationListTests` holds this to a clean run.
    static let counts: [(vendor: String, operation: String, times: Int)] = [
        ("clickup", "user", 1), ("clickup", "webhook.deliver", 3), ("clickup", "task.get", 2),
        ("anthropic", "session.create", 1), ("anthropic", "session.stream", 1), ("anthropic", "session.history", 1),
        ("anthropic", "file.list", 2), ("anthropic", "file.download", 2),
        ("google", "token", 1), ("google", "files.get", 1), ("google", "files.list", 3),
        ("google", "files.generateIds", 4), ("google", "files.create", 3), ("google", "upload.create", 2),
        ("slack", "conversations.list", 1), ("slack", "chat.postMessage", 2), ("slack", "chat.update", 1),
        ("clickup", "attachment.create", 2), ("clickup", "comment.create", 1), ("clickup", "task.update", 1),
    ]

    static let all = counts.flatMap { entry in
        (1...entry.times).map { OutboundCall(vendor: entry.vendor, operation: entry.operation, occurrence: $0) }
    }
}
