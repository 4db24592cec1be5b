package import BureauVendors

/// What a run needs to know of its session, folded from events in any order of arrival. Rebuilt from the log.
package struct SessionFold: Sendable {
    /// The newest thing the session said about itself.
    package enum Status: Hashable, Sendable {
        case unknown
        case running
        case rescheduled
        case idle(StopReason)
        case terminated
        case deleted
    }

    package private(set) var status = Status.unknown
    package private(set) var eventsCount: Int64 = 0
    package private(set) var lastEvent: String?
    package private(set) var usage: SessionUsage?
    /// Sums of `span.model_request_end`, for when the service gives no totals.
    package private(set) var spans = SessionUsage()
    package private(set) var lastFault: SessionFault?
    package private(set) var interruptsSeen = 0
    /// The turn was cut short and nothing was asked since.
    package private(set) var isInterrupted = false
    /// How often the session stopped at its own budget.
    package private(set) var budgetStops = 0
    /// Calls of custom tools, by event id: the session waits for an answer to each.
    package private(set) var customToolCalls: [String: String] = [:]
    /// Sub-agents of the session, by thread id. The session's own thread is not among them.
    package private(set) var threads: [String: SessionThread] = [:]
    /// Why the session's own thread became idle last; nil while it runs.
    package private(set) var primaryIdle: StopReason?
    /// Ids of what people and we have written to it.
    package private(set) var messages: Set<String> = []
    package private(set) var unknownTypes: Set<String> = []

    private var statusAt: EventInstant?
    private var answeredToolCalls: [String] = []
    /// In their order of arrival.
    private var messageOrder: [String] = []
    private static let namesKeptMax = 64, answeredKeptMax = 32
    /// What is open decides what a session waits for: room enough for more than any session has been seen to open.
    static let openKeptMax = 1_024

    package init() {}

    /// Takes one new event. Only the types that decide something are decoded: a session says thousands of things that
    /// decide nothing.
    package mutating func take(_ event: RawEvent) {
        eventsCount += 1
        lastEvent = event.type
        if !threads.isEmpty, let id = event.threadID, threads[id] != nil {
            threads[id]?.take(event)
            // What is asked of a sub-agent, or who is interrupted alone, says nothing of the session.
            if event.type == "user.message" || event.type == "user.interrupt" { return }
        }
        switch event.type {
        case "agent.message", "agent.thinking", "agent.tool_use", "agent.tool_result", "agent.mcp_tool_use",
            "agent.mcp_tool_result", "span.model_request_start":
            return
        case "user.message": beginTurn(event)
        case "user.interrupt":
            interruptsSeen += 1
            isInterrupted = true
        case "session.status_running":
            primaryIdle = nil
            settle(.running, event)
        case "session.status_rescheduled": settle(.rescheduled, event)
        case "session.status_terminated": settle(.terminated, event)
        case "session.deleted": settle(.deleted, event)
        default: foldDecoded(event)
        }
    }

    /// What the service says of a thread and no event does.
    mutating func learn(model: String, of thread: String) { threads[thread]?.learn(model: model) }

    mutating func wasRead(_ thread: SessionThread) { threads[thread.id]?.wasRead(thread) }

    /// Something was asked: what ended before is no end of it.
    private mutating func beginTurn(_ event: RawEvent) {
        isInterrupted = false
        primaryIdle = nil
        if case .idle = status { status = .running }
        // The newest are the ones somebody waits for.
        guard messages.insert(event.id).inserted else { return }
        messageOrder.append(event.id)
        if messageOrder.count > Self.openKeptMax { messages.remove(messageOrder.removeFirst()) }
    }

    private mutating func foldDecoded(_ event: RawEvent) {
        guard let decoded = try? event.decoded() else { return note(unknown: event.type) }
        switch decoded.content {
        case .statusIdle(let reason):
            if reason == .budgetReached { budgetStops += 1 }
            settle(.idle(reason), event)
        case .usage(let total, _): usage = total
        case .modelRequestEnded(let request):
            add(request)
            if let id = decoded.threadID { threads[id]?.add(request) }
        case .error(let fault): lastFault = fault
        case .toolUse(let call):
            if call.source == .custom { keepOpen(event.id, call.name) }
        case .threadCreated(let name):
            if let id = decoded.threadID, threads[id] == nil, makesRoomForThread() {
                threads[id] = SessionThread(id: id, agentName: name ?? "sub-agent")
            }
        case .threadIdle(_, let reason):
            if let id = decoded.threadID, threads[id] != nil {
                threads[id]?.settle(reason == .endTurn ? .idle : .of(reason))
            } else {
                primaryIdle = reason
            }
        case .threadRunning: if let id = decoded.threadID { threads[id]?.settle(.running) }
        case .threadRescheduled: if let id = decoded.threadID { threads[id]?.settle(.rescheduled) }
        case .threadTerminated: if let id = decoded.threadID { threads[id]?.settle(.terminated) }
        case .unknown: note(unknown: event.type)
        case .userCustomToolResult(let call?, _, _): forgetLater(call)
        case .userMessage, .userInterrupt, .userToolConfirmation, .userCustomToolResult, .userToolResult,
            .userDefineOutcome, .systemMessage, .agentMessage, .agentThinking, .toolResult, .threadMessage,
            .contextCompacted, .statusRunning, .statusRescheduled, .statusTerminated, .updated, .deleted,
            .modelRequestStarted,
            .outcomeEvaluation, .workflowRun, .preview:
            return
        }
    }

    private mutating func settle(_ new: Status, _ event: RawEvent) {
        let at = event.processedAt.map(EventInstant.init)
        if let at, let statusAt, at < statusAt { return }
        status = new
        statusAt = at ?? statusAt
    }

    /// One more call that waits for an answer. The oldest answered one makes room.
    private mutating func keepOpen(_ call: String, _ name: String) {
        if customToolCalls.count >= Self.namesKeptMax, !answeredToolCalls.isEmpty {
            customToolCalls[answeredToolCalls.removeFirst()] = nil
        }
        if customToolCalls.count < Self.openKeptMax { customToolCalls[call] = name }
    }

    /// One that is over says nothing any more; one that is idle may go on, and its word must not be taken for the
    /// session's own.
    private mutating func makesRoomForThread() -> Bool {
        if threads.count >= Self.openKeptMax {
            let over = threads.values.filter { $0.state == .terminated }.map(\.id).min()
            if let over { threads[over] = nil }
        }
        return threads.count < Self.openKeptMax
    }

    /// An answered call makes room for new ones, some answers later: the session may still be telling of the last.
    private mutating func forgetLater(_ call: String) {
        answeredToolCalls.append(call)
        guard answeredToolCalls.count > Self.answeredKeptMax else { return }
        customToolCalls[answeredToolCalls.removeFirst()] = nil
    }

    private mutating func add(_ request: ModelRequest) {
        spans.inputTokens = (spans.inputTokens ?? 0) + request.inputTokens
        spans.outputTokens = (spans.outputTokens ?? 0) + request.outputTokens
        spans.cacheReadInputTokens = (spans.cacheReadInputTokens ?? 0) + request.cacheReadInputTokens
        spans.cacheWriteUnsplitInputTokens =
            (spans.cacheWriteUnsplitInputTokens ?? 0) + request.cacheCreationInputTokens
    }

    private mutating func note(unknown type: String) {
        if unknownTypes.count < Self.namesKeptMax { unknownTypes.insert(String(type.prefix(80))) }
    }
}

/// 128 bits of an event's key: two different keys do not meet in practice, and a day-long session stays small.
struct EventKey: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    init(_ text: String) {
        var high: UInt64 = 0xcbf2_9ce4_8422_2325, low: UInt64 = 0x9e37_79b9_7f4a_7c15
        for byte in text.utf8 {
            high = (high ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
            low = (low &+ UInt64(byte)) &* 0xbf58_476d_1ce4_e5b9
            low ^= low >> 29
        }
        (self.high, self.low) = (high, low)
    }
}
