import BureauDomain
import BureauEngine

/// The things the API speaks of, by the names the OpenAPI document gives them.
enum APISchemas {
    typealias Field = APIShape.Field

    static let all: [String: APIShape] = [
        "Run": run, "RunPage": runPage, "SubAgent": subAgent, "RunEvent": runEvent, "RunFile": runFile, "Step": step,
        "Approval": approval,
        "Agent": agent, "AgentPage": agentPage, "Client": client, "ClientStanding": standing,
        "ClientReadiness": readiness, "CostLine": costLine,
        "Alert": alert, "Queue": queue, "DeadLetter": deadLetter, "Signal": signal, "SignalPage": signalPage,
        "SignalReplay": signalReplay, "Artifact": artifact,
        "Intake": intake, "Endpoint": endpoint, "EndpointWithSecret": endpointWithSecret, "Announcement": announcement,
        "User": user, "UserLink": userLink, "UserToken": userToken, "NewUserToken": newUserToken,
        "UserSession": userSession, "Outcome": outcome, "Budget": budget, "Feedback": feedback, "Change": change,
        "Schedule": schedule, "TaskRecord": taskRecord, "Checkup": checkup, "Inbox": inbox,
        "SchedulePreview": schedulePreview,
        "Problem": problem,
    ]

    static func object(_ fields: [Field]) -> APIShape { .object(fields, isOpen: true) }
    static func field(_ name: String, _ shape: APIShape, _ meaning: String = "") -> Field {
        Field(name: name, shape: shape, meaning: meaning)
    }
    static func perhaps(_ name: String, _ shape: APIShape, _ meaning: String = "") -> Field {
        Field(name: name, shape: .nullable(shape), meaning: meaning)
    }
    static let words = APIShape.words, count = APIShape.count
    static let money = APIShape.amount(0...1e12)
    static let states = RunState.allCases.map(\.rawValue)

    static let problem = object([
        field("type", words), field("title", words), field("status", .whole(400...599)), field("detail", words),
        field("instance", words, "The path that was asked for."),
        Field(name: "fix", shape: words, isRequired: false, meaning: "What to do about it."),
    ])

    private static let runFields: [Field] = [
        field("id", .id), field("agent", words), field("agent_version", words),
        field("status", .choice(states), "See docs/run-states.md."),
        perhaps("cause", words), perhaps("cause_sentence", words), perhaps("client", words),
        perhaps("client_name", words), field("trigger_source", words), field("requested_by", words),
        perhaps("task_id", words), perhaps("task_url", words), perhaps("session_id", words), perhaps("model", words),
        perhaps("cost_usd", money, "Null while the model has no price."), field("cost_method", words),
        field("events", count), field("accepted_at", .time),
        perhaps("started_at", .time), perhaps("ended_at", .time),
    ]
    static let run = object(runFields)
    static let runPage = object(
        runFields + [
            field("round", count), perhaps("headline", words, "What its report says in a line."),
            perhaps("again_of", words, "The earlier run this one repeats."),
            field("doubtful_steps", .list(.named("Step"), most: 1_000), "Writes that wait for somebody's word."),
            field("approvals", .list(.named("Approval"), most: 1_000)),
            field("children", .list(words, most: 1_000), "Runs it has started."), perhaps("parent", words),
            field("sub_agents", .list(.named("SubAgent"), most: 100), "Of its session; their cost is in cost_usd."),
        ])
    static let subAgent = object([
        field("thread", words), field("name", words), field("status", words),
        perhaps("model", words, "Null where the service has not told it."), field("events", count),
        field("input_tokens", count, "All it read, cached or not."), field("output_tokens", count),
        perhaps("cache_read_tokens", count), perhaps("cache_write_tokens", count),
        perhaps(
            "estimated_cost_usd", money,
            "Its tokens at the list prices of its own model. Null where there is no price, which is not nothing."),
    ])
    static let runEvent = object([
        field("seq", count), field("at", .time), field("kind", words), field("detail", words),
    ])
    static let runFile = object([
        field("name", words), field("original_name", words), field("type", words), field("bytes", count),
        perhaps("sha256", words), field("round", count), perhaps("error", words),
    ])
    static let feedback = object([
        field("id", words), field("run", .id), field("text", words), field("class", words, "What it was taken for."),
        field("confidence", count), field("outcome", words), field("round", count), perhaps("seen_round", count),
        field("written_at", count, "Milliseconds UTC."), perhaps("author", words, "As the work tool names them."),
    ])
    static let step = object([field("id", words), field("what", words), field("channel", words)])
    static let approval = object([
        field("id", words), field("run", .id), field("status", .choice(ApprovalState.allCases.map(\.rawValue))),
        field("tool", words), perhaps("sub_agent", words), field("effect", words, "What will happen, in a sentence."),
        field("input", .any, "The call as the agent wrote it."), field("input_sha256", words),
        perhaps("decided_by", words), perhaps("decided_on", words), perhaps("reason", words),
        field("requested_at", .time), field("expires_at", .time), perhaps("decided_at", .time),
        perhaps("why", words, "What the agent said last before it asked."),
        field("version", count, "One more than that of the question it is asked after; 1 where there is none."),
        perhaps("previous", words, "The question about the same tool that was denied or changed before."),
        field("differs_in", .list(words, most: 20), "Members that are not what they were in the version before."),
        perhaps("changed_input", .any, "The call as a person changed and approved it."),
        perhaps("changed_sha256", words, "Of changed_input, members sorted and without blanks."),
        perhaps("granted_by", words, "The changed question on whose strength this call was approved."),
        perhaps("used_by", words, "The call that was approved on the strength of this change."),
        perhaps(
            "answered_there", .choice(["allowed", "denied"]),
            "What the service had been answered already where that is the contrary of the decision: it stands."),
    ])
    private static let agentFields: [Field] = [
        field("name", words), field("display_name", words), field("description", words), field("version", words),
        field("sha256", words), field("by_hand", .flag, "Whether people and programs may start it."),
        field("required_fields", .list(words, most: 1_000)),
    ]
    static let agent = object(agentFields)
    static let agentPage = object(agentFields + [field("config", .object([], isOpen: true))])
    static let client = object([
        field("slug", words), field("name", words), field("fields", .object([], isOpen: true)),
        field("contacts", .list(.object([field("name", words)], isOpen: true), most: 1_000)),
    ])
    static let standing = object([
        field("client", words), field("archived", .flag), perhaps("archived_at", .time), perhaps("archived_by", words),
        field(
            "verified",
            .list(
                object([
                    field("field", words), field("by", words), field("at", .time),
                    field("holds", .flag, "Whether it still says what was looked at."),
                ]), most: 1_000)),
        field(
            "staff",
            .list(
                object([
                    field("name", words), field("display_name", words),
                    field("duty", .choice(StaffDuty.allCases.map(\.rawValue))), field("since", .time),
                ]), most: 1_000)),
    ])
    static let readiness = object([
        field("client", words), field("ready", .flag), field("archived", .flag),
        field(
            "missing",
            .list(object([field("field", words), field("needed_by", .list(words, most: 1_000))]), most: 1_000)),
        field(
            "agents",
            .list(
                object([
                    field("agent", words), field("ready", .flag), field("missing", .list(words, most: 1_000)),
                    field("blockers", .list(words, most: 100), "What no field of the record mends."),
                ]),
                most: 1_000)),
    ])
    static let costLine = object([
        field("name", words, "Empty where the runs have none."), field("runs", count), field("cost_usd", money),
        field("unpriced_runs", count, "Runs of a model without a price: what they cost is not in cost_usd."),
    ])
    static let budget = object([
        field("scope", words, "agency, client/SLUG or agent/NAME."), field("period", words, "A day or month in UTC."),
        perhaps("limit_usd", money, "Null where nobody set one."), field("reserved_usd", money),
        field("spent_usd", money), perhaps("left_usd", money), perhaps("warn_percent", .whole(0...100)),
        perhaps("on_exhausted", .choice(Exhaustion.allCases.map(\.rawValue))),
    ])
    static let alert = object([
        field("id", .id), field("status", .choice(["open", "resolved"])), field("cause", words),
        field("subject", words), field("sentence", words), perhaps("run", words), field("occurrences", count),
        field("reminders", count), field("opened_at", .time), field("last_at", .time), perhaps("resolved_by", words),
    ])
    static let deadLetter = object([
        field("id", words), field("kind", .choice(DeadLetter.Kind.allCases.map(\.rawValue))), field("cause", words),
        field("sentence", words), perhaps("run", words), perhaps("agent", words), perhaps("client", words),
        field("parked_at", .time),
    ])
    static let queue = object([
        field(
            "lines",
            .list(
                object([
                    perhaps("client", words), field("agent", words), field("waiting", count), field("in_work", count),
                    field("awaiting_approval", count), perhaps("oldest_at", .time),
                ]), most: 100_000)),
        field("parked", .list(.named("DeadLetter"), most: 1_000), "What was set aside, newest first."),
        perhaps("next", .cursor, "Where what was set aside goes on."),
    ])
    static let outcome = object([
        field("id", words), field("ok", .flag), field("sentence", words, "What happens now, or why nothing does."),
    ])
    static let intake = object([
        field("mode", .choice(IntakeMode.allCases.map(\.rawValue))),
        field("waiting", count, "Runs that have not begun, counted up to \(IntakeStatus.waitingCountMax)."),
        field("in_hand", count, "Runs somebody works on. Those that wait for people are not among them."),
        field("empty", .flag, "Drained, and nothing is in hand: the server may be stopped."),
        field("changed_by", words), field("reason", words),
        perhaps("changed_at", .time, "Null when nobody ever changed it."),
    ])
    static let change = object([
        field("id", .id), field("at", .time), field("actor", words),
        field("surface", words, "web, api, mcp, cli, or internal for staff's own tools."),
        field("remote_address", words), field("action", words), field("subject", words), perhaps("client", words),
        field("before", .any, "What stood there; null where nothing did, or the change is not of that kind."),
        field("after", .any),
    ])
    private static let signalFields: [Field] = [
        field("id", .id), field("received_at", .time), field("source", words), field("agent", words),
        perhaps("event", words), perhaps("delivery_key", words, "What a second delivery of it has in common with it."),
        field("remote_address", words), field("bytes", count), field("verdict", words), field("reason", words),
        perhaps("run", words),
    ]
    static let signal = object(signalFields)
    static let signalPage = object(
        signalFields + [perhaps("body", words, "Null where it was not kept whole, or might hold a credential.")])
    static let signalReplay = object([
        field("signal", .id), field("verdict", words), field("reason", words), perhaps("run", words),
    ])
    static let artifact = object([
        field("id", .id), perhaps("title", words), perhaps("client", words), field("agent", words),
        field("kind", words), perhaps("channel", words), field("version", count), field("round", count),
        field("status", words), field("visibility", words), field("reusable", .flag), field("run", .id),
        field("created_at", .time), field("moved_at", .time),
    ])
    private static let endpointFields: [Field] = [
        field("id", .id), field("url", words), field("label", words),
        field("topics", .list(.choice(["runs", "approvals"]), most: 2)), perhaps("client", words),
        field("status", .choice(["active", "disabled"])), perhaps("why", words), perhaps("failing_since", .time),
        perhaps("former_secret_until", .time), field("made_by", words), field("created_at", .time),
        field("updated_at", .time),
    ]
    static let endpoint = object(endpointFields)
    static let endpointWithSecret = object(
        endpointFields + [
            perhaps(
                "secret", words, "What announcements are signed with. Told once; null when the request is repeated.")
        ])
    static let announcement = object([
        field("id", words), field("type", words),
        field("status", .choice(AnnouncementRecord.State.allCases.map(\.rawValue))),
        field("tries", count), field("created_at", .time), perhaps("due_at", .time), perhaps("settled_at", .time),
        perhaps("answer_status", count), perhaps("error", words),
    ])
}
