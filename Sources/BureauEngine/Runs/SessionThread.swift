import BureauVendors

/// One sub-agent's thread inside a session, folded from its events. Only its model is told beside them.
package struct SessionThread: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        case running, waiting, idle, rescheduled, terminated

        static func of(_ reason: StopReason) -> State {
            if case .requiresAction = reason { .waiting } else { .idle }
        }
    }

    package let id: String
    package let agentName: String
    package private(set) var state = State.running
    package private(set) var eventsCount: Int64 = 0
    package private(set) var model: String?
    /// How often its state was told, and how often it had been when a reading of its history began that came to its end.
    private var settled = 0, settledAtReading = 0
    /// All it read, cached or not.
    package private(set) var inputTokens: Int64 = 0
    package private(set) var outputTokens: Int64 = 0
    package private(set) var cacheReadTokens: Int64 = 0
    package private(set) var cacheWriteTokens: Int64 = 0

    init(id: String, agentName: String) {
        self.id = id
        self.agentName = String(agentName.prefix(120))
    }

    mutating func take(_ event: RawEvent) { eventsCount += 1 }
    mutating func settle(_ new: State) { (state, settled) = (new, settled + 1) }

    /// Whether its own history may hold what is not known yet: it works, or it came to rest after the last reading.
    var mayHaveNews: Bool {
        switch state {
        case .idle, .terminated: settledAtReading < settled
        case .running, .waiting, .rescheduled: true
        }
    }

    mutating func wasRead(_ before: SessionThread) { settledAtReading = before.settled }
    mutating func learn(model name: String) { model = String(name.prefix(120)) }

    mutating func add(_ request: ModelRequest) {
        inputTokens += request.inputTokens + request.cacheReadInputTokens + request.cacheCreationInputTokens
        outputTokens += request.outputTokens
        cacheReadTokens += request.cacheReadInputTokens
        cacheWriteTokens += request.cacheCreationInputTokens
    }
}
