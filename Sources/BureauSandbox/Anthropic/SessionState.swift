import NIOCore

/// Everything of a session that changes, under one lock. Values in, values out: `Session` does the locking.
struct SessionState {
    enum Status: String, Sendable { case idle, running, rescheduling, terminated }

    struct Event: Sendable {
        let id: String, type: String
        var members: [String: JSON]
        /// Nil while the event waits to be taken up.
        var processedAt: Moment?
        /// Told without its id, as has been seen of interrupts.
        var isAnonymous = false

        var json: JSON {
            var members = members
            members["id"] = .string(isAnonymous ? "" : id)
            members["type"] = .string(type)
            members["processed_at"] = processedAt.map { .string($0.text) } ?? .null
            return .object(members)
        }
    }
    /// A tool call the session waits for, and what came for it.
    struct PendingCall: Sendable {
        enum Answer: Sendable, Hashable {
            case allow
            case deny(String?)
            case result([String: JSON])
        }
        let call: ToolCall
        var answer: Answer?
    }
    enum StreamItem: Sendable {
        case frame(ByteBuffer)
        /// Sends this and closes the connection under it.
        case cut(ByteBuffer)
    }

    var title: String?
    var metadata: [String: String]
    var budgetCents: Int?
    var settings: ScenarioSettings
    /// Sub-agents' threads, by id: their agents.
    private(set) var threads: [String: AgentRecord] = [:]
    var updatedAt: Moment
    var archivedAt: Moment?
    var usage = Usage()
    var history: [Event] = []
    var files: [StoredFile] = []
    private(set) var statuses: [(at: Moment, status: Status)]
    var subscribers: [Int: AsyncStream<StreamItem>.Continuation] = [:]
    var subscribersEver = 0
    var cuts = 0

    /// Ids of events that wait to be taken up, in order.
    var queued: [String] = []
    var interrupts: [String] = []
    var pending: [String: PendingCall] = [:]
    /// True from the moment an idle asked for answers until the last one came.
    var isWaiting = false
    var isAtBudget = false
    private var lastStamp = Moment(microseconds: 0)

    init(_ new: NewSession, settings: ScenarioSettings, now: Moment) {
        (title, metadata, budgetCents) = (new.title, new.metadata, new.budgetCents)
        self.settings = settings
        updatedAt = now
        statuses = [(now, .idle)]
    }

    var status: Status {
        get { statuses[statuses.count - 1].status }
        set {
            statuses.append((.now, newValue))
            if statuses.count > 16 { statuses.removeFirst() }
        }
    }

    /// The status as `GET` tells it: what it was a moment ago.
    func statusSeen(at now: Moment) -> Status {
        let horizon = now.adding(milliseconds: -settings.statusLagMilliseconds)
        return statuses.last { $0.at <= horizon }?.status ?? statuses[0].status
    }

    /// Never the same twice in one session, and never going back.
    mutating func stamp() -> Moment {
        lastStamp = max(.now, Moment(microseconds: lastStamp.microseconds + 1))
        return lastStamp
    }

    /// True once the next event would be past the point where the session is held.
    var isHeld: Bool { settings.holdAt.map { history.count >= $0 } ?? false }

    var isOverBudget: Bool { budgetCents.map { usage.microUSD >= $0 * 10_000 } ?? false }

    mutating func openThread(_ agent: AgentRecord) -> String {
        let id = Identifier.make("sthr")
        threads[id] = agent
        return id
    }

    /// What a sub-agent says to itself stands in its own thread alone; its state and what it asks for is told to all.
    func isPrivate(_ event: Event) -> Bool {
        guard let id = event.members["session_thread_id"]?.string, threads[id] != nil else { return false }
        if event.type.hasPrefix("session.") { return false }
        return event.members["evaluated_permission"]?.string != "ask" && event.type != "agent.custom_tool_use"
    }

    mutating func append(_ type: String, _ members: [String: JSON], processed: Bool) -> String {
        let now = stamp()
        let event = Event(
            id: Identifier.make("sevt"), type: type, members: members, processedAt: processed ? now : nil,
            isAnonymous: settings.areInterruptsAnonymous && type == "user.interrupt")
        history.append(event)
        updatedAt = now
        broadcast(event)
        return event.id
    }

    /// Stamps a waiting event; listeners get it a second time under the same id.
    mutating func process(_ id: String) -> Event? {
        guard let index = history.lastIndex(where: { $0.id == id }) else { return nil }
        history[index].processedAt = stamp()
        broadcast(history[index])
        return history[index]
    }

    private mutating func broadcast(_ event: Event) {
        guard !subscribers.isEmpty, !isPrivate(event) else { return }
        if settings.isIdleUnstreamed, event.type == "session.status_idle" { return }
        let frame = ByteBuffer(string: "event: \(event.type)\ndata: \(event.json.text)\n\n")
        let isCut = settings.dropEvery.map { history.count % $0 == 0 } ?? false
        guard isCut else {
            for subscriber in subscribers.values { subscriber.yield(.frame(frame)) }
            return
        }
        // Every other cut falls into the middle of a frame, which the listener then has to throw away.
        cuts += 1
        let length = cuts.isMultiple(of: 2) ? frame.readableBytes : frame.readableBytes / 2
        let part = frame.getSlice(at: frame.readerIndex, length: length) ?? frame
        for subscriber in subscribers.values { subscriber.yield(.cut(part)) }
    }
}

/// A file of a session, listed from a certain moment on.
struct StoredFile: Sendable {
    let id: String
    let sessionID: String
    let file: OutputFile
    let createdAt: Moment
    /// Nil while the session that writes it still runs.
    var visibleAt: Moment?

    func isVisible(at now: Moment) -> Bool { visibleAt.map { $0 <= now } ?? false }

    var json: JSON {
        [
            "id": .string(id), "type": "file", "filename": .string(file.name), "mime_type": .string(file.mimeType),
            "size_bytes": .int(file.bytes.count), "created_at": .string(createdAt.text), "downloadable": true,
            "expires_at": nil, "scope": ["type": "session", "id": .string(sessionID)],
        ]
    }
}
