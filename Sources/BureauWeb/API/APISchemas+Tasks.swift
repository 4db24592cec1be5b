import BureauDomain

extension APISchemas {
    static let taskRecord = object([
        field("tool", .choice(WorkToolKind.allCases.map(\.rawValue))), field("task", words),
        field("container", words, "The project or list."),
        field("section", words, "The subscription, or where it stands; empty where its file names others alone."),
        field("title", words), perhaps("url", words), perhaps("client", words, "Null where nobody is named."),
        field("client_visible", .flag), perhaps("planned_on", words, "A day: 2026-11-21."),
        perhaps("completed_at", .time),
    ])
    static let checkup = object([
        perhaps("running_since", .time, "While it is being looked at; ask again for the result."),
        perhaps("looked_at", .time, "Null when nobody has looked since this server started."), perhaps("by", words),
        field(
            "lines",
            .list(
                object([
                    field("status", .choice(["ok", "warn", "fail", "skip"])), field("what", words),
                    field("found", words), perhaps("fix", words, "What to do."),
                ]), most: 10_000)),
    ])
    private static let waitingRuns: [Field] = ["reviews", "questions", "failures"].map { name in
        Field(name: name, shape: .list(.named("Run"), most: Inbox.listedMax), isRequired: false)
    }
    private static let waitingApprovals = Field(
        name: "approvals", shape: .list(.named("Approval"), most: Inbox.listedMax), isRequired: false,
        meaning: "Those that expire soonest first.")
    private static let waitingCounts: [Field] = Inbox.Kind.allCases.map { field($0.rawValue, count) }
    static let inbox = object(
        [
            field(
                "counts", object(waitingCounts),
                "Of each kind, what is not listed too; counted up to \(Inbox.countedMax + 1)."),
            waitingApprovals,
            field("next", .object([], isOpen: true), "By kind where it goes on, as after; null at its end."),
        ] + waitingRuns)
}
