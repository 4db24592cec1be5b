/// Which events a session takes at this moment, and what taking them changes.
extension SessionState {
    func admit(_ events: [IncomingEvent]) throws(AnthropicProblem) {
        if archivedAt != nil { throw .invalid("Cannot send events to an archived session.") }
        if status == .terminated { throw .invalid("Cannot send events to a terminated session.") }
        var answered: Set<String> = []
        for (index, event) in events.enumerated() {
            switch event.kind {
            case .message, .outcome:
                try refuseWhileWaiting()
            case .system:
                let before = index > 0 ? events[index - 1].kind : nil
                guard index == events.count - 1, before != nil, before != .interrupt else {
                    throw .invalid("events.\(index): system.message must be last and follow a message or a result")
                }
            case .interrupt:
                continue
            case .confirmation(let id, _, _):
                guard let call = pending[id], call.answer == nil, call.call.kind != .custom,
                    answered.insert(id).inserted
                else { throw .invalid("events.\(index).tool_use_id: \(id) is not waiting for a confirmation") }
            case .customResult(let id):
                guard let call = pending[id], call.answer == nil, call.call.kind == .custom,
                    answered.insert(id).inserted
                else { throw .invalid("events.\(index).custom_tool_use_id: \(id) is not waiting for a result") }
            }
        }
    }

    private func refuseWhileWaiting() throws(AnthropicProblem) {
        if isAtBudget { throw .invalid("The session has reached its budget; raise or remove the budget to continue.") }
        guard isWaiting else { return }
        let ids = pending.filter { $0.value.answer == nil }.keys.sorted()
        throw .invalid("The session is waiting on responses to events \(ids); answer them before sending a message.")
    }

    /// Records an admitted event and answers its echo.
    mutating func take(_ event: IncomingEvent) -> JSON {
        var members = event.members
        let type = members.removeValue(forKey: "type")?.string ?? ""
        let isAnswer: Bool =
            switch event.kind {
            case .confirmation, .customResult: true
            case .message, .outcome, .system, .interrupt: false
            }
        let id = append(type, members, processed: isAnswer)
        switch event.kind {
        case .message, .outcome, .system: queued.append(id)
        case .interrupt: interrupts.append(id)
        case .confirmation(let call, let allow, let reason): pending[call]?.answer = allow ? .allow : .deny(reason)
        case .customResult(let call): pending[call]?.answer = .result(members)
        }
        return history[history.count - 1].json
    }

    /// The next turn's messages, stamped as they are taken up. Empty when there is nothing to do.
    mutating func beginTurn() -> [[String: JSON]] {
        defer { queued = [] }
        return queued.compactMap { process($0)?.members }
    }

    /// Stamps interrupts that came; true when there were any.
    mutating func takeInterrupts() -> Bool {
        defer { interrupts = [] }
        for id in interrupts { _ = process(id) }
        return !interrupts.isEmpty
    }
}
