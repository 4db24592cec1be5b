import BureauDomain

/// Decides from the body alone what a believed ClickUp event is for one agent.
enum ClickUpTrigger {
    enum Decision: Hashable, Sendable {
        /// `changeID` is the identity of the change: the same in both of ClickUp's twin events and in any redelivery.
        case start(taskID: String, changeID: String, userID: Int64?, status: String)
        case ignore(because: String)
    }

    static func decide(_ event: ClickUpEvent, listID: String?, triggerStatus: String?, bodyHash: String) -> Decision {
        guard let taskID = event.taskID, isTaskID(taskID) else { return .ignore(because: "it names no task") }
        guard let change = event.statusChange, let status = change.status else {
            return .ignore(because: "\(event.event ?? "an unnamed event") changes no status")
        }
        guard let triggerStatus, same(status, triggerStatus) else {
            return .ignore(because: "the status is \"\(status.prefix(80))\", not the trigger status")
        }
        if let listID, let found = change.parentID, found != listID {
            return .ignore(because: "the task is in list \(found.prefix(40)), not in the agent's list")
        }
        // An event without a history id (old examples have none) is known by its bytes.
        return .start(
            taskID: taskID, changeID: change.id ?? "body-\(bodyHash)", userID: change.userID, status: status)
    }

    /// ClickUp writes statuses in any case and with stray spaces.
    static func same(_ one: String, _ other: String) -> Bool {
        normal(one) == normal(other)
    }

    private static func normal(_ status: String) -> String {
        // Most are plain words already; asking every character's Unicode properties is dear.
        if status.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) }) { return status }
        return status.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Ids go into paths and rows: letters, digits, hyphen and underscore, at most 64.
    static func isTaskID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                    || byte == 95
            }
    }
}
