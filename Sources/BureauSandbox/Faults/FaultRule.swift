import Foundation

/// What goes wrong, and how: one action of a fault rule.
package enum FaultAction: Hashable, Sendable {
    /// Answers with this status without doing anything. A 429 made this way is the one that waiting does not cure:
    /// without a time to retry, and for Anthropic with the code of a reached spend limit.
    case status(Int)
    /// Does it, then answers with this status: the write is committed, the caller is told otherwise.
    case statusAfter(Int)
    /// Closes the connection without doing anything.
    case drop
    /// Does it, then closes the connection without an answer.
    case dropAfter
    case delay(milliseconds: Int)
    /// Takes the request and never answers, as over a connection whose other end is gone. Does nothing.
    case silence
    /// 429 in the vendor's own shape.
    case limited(seconds: Int)
    /// An HTML page as gateways send it, with this status, without doing anything.
    case html(Int)
    /// 200 with a body that is not JSON, without doing anything.
    case garbage
    /// Does it, announces the whole answer, sends half of it and closes.
    case half
    /// Kills the rule's process before doing anything.
    case kill
    /// Does it, then kills the rule's process and gives no answer.
    case killAfter
    /// Does it, answers in full, then kills the rule's process within 5 ms.
    case killAnswered
    /// For deliveries the sandbox itself makes: twice, after the next one, and no more at all.
    case duplicate, reorder, suspend
}

extension FaultAction {
    var needsProcess: Bool { [.kill, .killAfter, .killAnswered].contains(self) }
    /// True for what only makes sense where the sandbox is the sender.
    var isForDeliveries: Bool { [.duplicate, .reorder, .suspend].contains(self) }

    /// Reads "status:503", "drop", "delay_ms:250", …; nil when it is none of the known actions.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let number = parts.count == 2 ? Int(parts[1]) : nil
        switch (String(parts[0]), number) {
        case ("status", .some(let code)) where (400...599).contains(code): self = .status(code)
        case ("status_after", .some(let code)) where (400...599).contains(code): self = .statusAfter(code)
        case ("delay_ms", .some(let count)) where (0...600_000).contains(count): self = .delay(milliseconds: count)
        case ("limited", .some(let count)) where (0...86_400).contains(count): self = .limited(seconds: count)
        case ("html", .some(let code)) where (200...599).contains(code): self = .html(code)
        case (let word, nil) where parts.count == 1:
            guard let action = Self.plain[word] else { return nil }
            self = action
        default: return nil
        }
    }

    private static let plain: [String: FaultAction] = [
        "drop": .drop, "silence": .silence, "drop_after": .dropAfter, "garbage": .garbage, "half": .half, "kill": .kill,
        "kill_after": .killAfter, "kill_answered": .killAnswered, "duplicate": .duplicate, "reorder": .reorder,
        "suspend": .suspend,
    ]

    /// The action as a rule writes it.
    package var text: String {
        switch self {
        case .status(let code): "status:\(code)"
        case .statusAfter(let code): "status_after:\(code)"
        case .delay(let milliseconds): "delay_ms:\(milliseconds)"
        case .limited(let seconds): "limited:\(seconds)"
        case .html(let code): "html:\(code)"
        case .drop, .silence, .dropAfter, .garbage, .half, .kill, .killAfter, .killAnswered, .duplicate, .reorder,
            .suspend:
            Self.plain.first { $0.value == self }?.key ?? "\(self)"
        }
    }
}

/// When something goes wrong: `{"vendor":"slack","operation":"chat.postMessage","skip":0,"times":1,"do":"drop_after"}`.
package struct FaultRule: Hashable, Sendable {
    package var vendor: String
    /// "*" stands for every operation of the vendor.
    package var operation: String
    /// Only calls about this: a part of what the log calls their subject, such as a task's id. Nil for all.
    package var subject: String?
    /// How many matching calls pass untouched first.
    package var skip: Int
    /// How many calls it then hits.
    package var times: Int
    /// How many of 100 calls that could be hit are; the others pass without being counted.
    package var percent: Int
    package var action: FaultAction
    /// The process that kill actions end.
    package var pid: Int32?

    package init(
        vendor: String, operation: String = "*", about subject: String? = nil, skip: Int = 0, times: Int = 1,
        percent: Int = 100,
        _ action: FaultAction, pid: Int32? = nil
    ) {
        (self.vendor, self.operation, self.subject, self.action) = (vendor, operation, subject, action)
        (self.skip, self.times, self.percent, self.pid) = (skip, times, percent, pid)
    }

    func matches(vendor: String, operation: String, subject: String) -> Bool {
        (self.vendor == vendor || self.vendor == "*") && (self.operation == operation || self.operation == "*")
            && (self.subject.map { subject.contains($0) } ?? true)
    }
}

extension FaultRule {
    /// What is wrong with a rule someone posted, as a sentence.
    package struct Invalid: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Reads a posted rule and checks everything about it, the process included.
    package init(_ json: JSON) throws(Invalid) {
        guard let members = json.object else { throw Invalid(description: "A fault rule is a JSON object.") }
        let known: Set = ["vendor", "operation", "subject", "skip", "times", "percent", "do", "pid"]
        if let stranger = members.keys.sorted().first(where: { !known.contains($0) }) {
            throw Invalid(
                description: "Unknown field “\(stranger)”; a rule has \(known.sorted().joined(separator: ", ")).")
        }
        guard let vendor = members["vendor"]?.string, !vendor.isEmpty else {
            throw Invalid(description: "“vendor” is missing: anthropic, clickup, asana, slack, google or *.")
        }
        guard let text = members["do"]?.string, let action = FaultAction(text) else {
            throw Invalid(description: "“do” names no known action: \(members["do"]?.text ?? "missing").")
        }
        self.init(
            vendor: vendor, operation: members["operation"]?.string ?? "*", about: members["subject"]?.string, action)
        skip = try Self.count(members, "skip", 0, 0...1_000_000)
        times = try Self.count(members, "times", 1, 1...1_000_000)
        percent = try Self.count(members, "percent", 100, 1...100)
        if action.isForDeliveries, operation != "webhook.deliver" {
            throw Invalid(description: "“\(text)” is only for the operation webhook.deliver.")
        }
        pid = try Self.process(members["pid"], for: action)
    }

    private static func count(
        _ members: [String: JSON], _ key: String, _ usual: Int, _ range: ClosedRange<Int>
    ) throws(Invalid) -> Int {
        guard let value = members[key] else { return usual }
        guard let count = value.int, range.contains(count) else {
            throw Invalid(description: "“\(key)” is a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return count
    }

    /// Only a live process that is neither everything's parent nor the sandbox itself may be aimed at.
    private static func process(_ value: JSON?, for action: FaultAction) throws(Invalid) -> Int32? {
        guard let value else {
            if action.needsProcess { throw Invalid(description: "“\(action.text)” needs “pid”, the process to end.") }
            return nil
        }
        guard let number = value.int, let pid = Int32(exactly: number), ProcessKiller.mayKill(pid) else {
            throw Invalid(description: "“pid” is the number of a living process other than the sandbox, above 1.")
        }
        return pid
    }
}
