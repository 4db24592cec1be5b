/// What a session does. Each is a script over the vendor's events.
enum ScenarioName: String, CaseIterable, Sendable {
    case sentinel, catalyst
    /// A terminal error ends the session.
    case fails
    /// Retries run out; the session goes idle.
    case exhausted
    case refusal
    /// A tool call waits for a person; continues after the answer. Told to make the call again with an input, it does.
    case requiresAction = "requires_action"
    case customTool = "custom_tool"
    /// Asks for a part of the first artifact its kickoff tells of, and of one that is not its client's.
    case readsArtifact = "reads_artifact"
    /// Calls a custom tool again whatever it is answered.
    case toolLoop = "tool_loop"
    /// Two sub-agents work in threads of their own; one of their calls waits for a person.
    case subAgents = "sub_agents"
    /// A sub-agent calls a custom tool inside its own thread.
    case subAgentTool = "sub_agent_tool"
    /// Spends until something stops it.
    case runaway
    /// Says a few words and then nothing more.
    case silent
    case noFiles = "no_files"
    case manyFiles = "many_files"
    /// Output names with "..", slashes, other scripts and duplicates.
    case hostileNames = "hostile_names"
    /// The stream is cut every few events.
    case drops
    case hugeEvents = "huge_events"
    /// The stream arrives in crumbs.
    case slowDrip = "slow_drip"
    case rescheduled
    case unknownEvents = "unknown_events"
    /// Ends without any error event.
    case terminated
}

/// How one session behaves: its scenario and its pace.
struct ScenarioSettings: Sendable, Hashable {
    var scenario: ScenarioName
    /// 0 is as fast as possible.
    var eventsPerSecond: Double
    /// For how long `GET` still tells the former status.
    var statusLagMilliseconds = 100
    /// How long after going idle the first output file is listed; each further file takes a tenth longer.
    var filesDelayMilliseconds = 300
    /// How long a new session is missing from the list of sessions.
    var listLagMilliseconds = 0
    var heartbeatMilliseconds = 5_000
    /// Splits what the stream sends into pieces of this many bytes; nil sends each event whole.
    var chunkBytes: Int?
    var chunkDelayMilliseconds = 0
    /// Cuts every open stream at each nth event of the session; nil never.
    var dropEvery: Int?
    /// The size of the large event of `huge_events`.
    var hugeBytes = 4 << 20
    /// How many calls of `requires_action` and `custom_tool` wait at once, from 1 to 20.
    var asks = 1
    /// Echoes interrupts with an empty id.
    var areInterruptsAnonymous = false
    /// A terminated session says so only when it is asked for: its history has no event of it.
    var isEndUnsaid = false
    /// Streams miss every idle of the session and go on with heartbeats: only the history tells of it.
    var isIdleUnstreamed = false
    /// Puts an empty page, which still names a next one, before every further page of the history.
    var emptyPages = false
    /// The session stands still when its history has this many events, until the value changes.
    var holdAt: Int?

    init(scenario: ScenarioName, eventsPerSecond: Double) {
        (self.scenario, self.eventsPerSecond) = (scenario, eventsPerSecond)
        switch scenario {
        case .drops: dropEvery = 7
        case .slowDrip: (chunkBytes, chunkDelayMilliseconds) = (48, 2)
        case .hugeEvents: chunkBytes = 65_537
        default: break
        }
    }
}

extension ScenarioSettings {
    /// What is wrong with posted settings, as a sentence.
    struct Invalid: Error { let description: String }

    /// Changes what a `/_control/scenario` body names. A member with null takes the option away.
    mutating func apply(_ members: [String: JSON]) throws(Invalid) {
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            switch key {
            case "name", "agent_id", "session_id", "times": continue
            case "events_per_second":
                guard let pace = value.number, (0...10_000).contains(pace) else {
                    throw Invalid(description: "“events_per_second” is a number from 0 to 10000.")
                }
                eventsPerSecond = pace
            case "status_lag_ms": statusLagMilliseconds = try Self.number(key, value) ?? 0
            case "files_delay_ms": filesDelayMilliseconds = try Self.number(key, value) ?? 0
            case "list_lag_ms": listLagMilliseconds = try Self.number(key, value) ?? 0
            case "heartbeat_ms": heartbeatMilliseconds = max(1, try Self.number(key, value) ?? 5_000)
            case "chunk_bytes": chunkBytes = try Self.number(key, value).map { max(1, $0) }
            case "chunk_delay_ms": chunkDelayMilliseconds = try Self.number(key, value) ?? 0
            case "drop_every": dropEvery = try Self.number(key, value).map { max(1, $0) }
            case "huge_bytes": hugeBytes = min(try Self.number(key, value) ?? 0, 24 << 20)
            case "asks": asks = min(max(1, try Self.number(key, value) ?? 1), 20)
            case "anonymous_interrupts": areInterruptsAnonymous = value.bool ?? false
            case "unsaid_end": isEndUnsaid = value.bool ?? false
            case "unstreamed_idle": isIdleUnstreamed = value.bool ?? false
            case "empty_pages": emptyPages = value.bool ?? false
            case "hold_at": holdAt = try Self.number(key, value)
            default: throw Invalid(description: "Unknown field “\(key)”.")
            }
        }
    }

    private static func number(_ key: String, _ value: JSON) throws(Invalid) -> Int? {
        if value.isNull { return nil }
        guard let number = value.int, (0...100_000_000).contains(number) else {
            throw Invalid(description: "“\(key)” is a whole number of at least 0.")
        }
        return number
    }
}
