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
}
