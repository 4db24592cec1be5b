import BureauDomain
import BureauEngine
import Hummingbird

/// Accepting, asking for changes, dismissing: the registry's and the runs' own functions, as the command line and the
/// comments on a task use them.
struct ReportActions: Sendable {
    let house: WebHouse
    static let textCharactersMax = 4_000

    var routes: [Route] {
        [
            .action("/reports/:id/accept", .consultant, .report) { try await accept($0) },
            .action("/reports/:id/changes", .consultant, .report) { try await askForChanges($0) },
            .action("/reports/:id/dismiss", .consultant, .report) { try await dismiss($0) },
        ]
    }

    /// Those that fit where the report stands. None for people who only look.
    static func forms(for found: ArtifactDesk.Page, _ person: PersonRecord) -> [Form] {
        let (report, run) = (found.artifact, found.run)
        guard person.role >= .consultant, run.state.isFinal || run.state == .inReview else { return [] }
        let isNewest = found.versions.allSatisfy { $0.round <= report.round }
        return forms(report, isAwaited: run.state == .inReview && isNewest, isNewest: isNewest)
    }

    static func forms(_ report: ArtifactRecord, isAwaited: Bool, isNewest: Bool = true) -> [Form] {
        let place = "/reports/\(report.id)"
        var forms: [Form] = []
        if isNewest, ArtifactMachine.Event.accepted.leaves.contains(report.state) {
            forms.append(Form(action: place + "/accept", verb: "Accept", style: "form row"))
        }
        if isAwaited {
            forms.append(
                Form(
                    action: place + "/changes", verb: "Ask for changes",
                    fields: [
                        Field(
                            "text", "What is to be changed", .long, hint: "The agent is told exactly this.",
                            isRequired: true, id: "changes-\(report.id)")
                    ], tone: "", style: "form"))
        }
        if ArtifactMachine.Event.dismissed.leaves.contains(report.state) {
            forms.append(
                Form(
                    action: place + "/dismiss", verb: "Dismiss",
                    fields: [
                        Field(
                            "reason", "Why it is not wanted", hint: "For those who read it later. Files are kept.",
                            id: "dismiss-\(report.id)")
                    ], tone: "danger", style: "form"))
        }
        return forms
    }

    private func accept(_ web: WebRequest) async throws -> Response {
        try await decide(web, "report accepted", "Accepted. What waited for it is delivered.") { report, person in
            try await house.reports.accept(report.id, by: person)
        }
    }

    private func dismiss(_ web: WebRequest) async throws -> Response {
        let reason = Self.text(web.form["reason"])
        return try await decide(web, "report dismissed", "Dismissed. No other work builds on it.") { report, person in
            try await house.reports.dismiss(report.id, by: person, reason: reason)
        }
    }

    private func askForChanges(_ web: WebRequest) async throws -> Response {
        guard let text = Self.text(web.form["text"]) else {
            throw PageProblem.unprocessable(
                "Nothing is written: the agent has to know what to change.",
                fix: "Go back, say what is to be different, and press Ask for changes again.")
        }
        return try await decide(web, "changes asked", "Another round has begun with what you wrote.") {
            report, person in
            let newest = try await house.reports.find(report.runID)
            guard newest.id == report.id else {
                throw PageProblem.conflict(
                    "There is a newer version of this report.", fix: "Open that one and say it there.")
            }
            _ = try await house.runs.revise(report.runID, asking: text, by: person)
            return try await house.reports.find(report.id)
        }
    }

    private static func text(_ given: String?) -> String? {
        let text = String((given ?? "").prefix(textCharactersMax))
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    private func decide(
        _ web: WebRequest, _ action: String, _ notice: String,
        _ body: (ArtifactRecord, String) async throws -> ArtifactRecord
    ) async throws -> Response {
        let (before, actor) = (try web.theReport(), try web.actor())
        let after = try await body(before, actor.name)
        house.wake()
        try await house.audit.note(
            actor, action, "report \(before.id)", client: before.clientSlug, before: Self.state(before),
            after: Self.state(after))
        return try await house.done(notice, "/reports/\(before.id)/", web)
    }

    private static func state(_ report: ArtifactRecord) -> JSONValue {
        .object(JSONObject([("report", .string(report.id)), ("status", .string(report.state.rawValue))]))
    }
}
