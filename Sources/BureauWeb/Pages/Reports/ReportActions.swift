import BureauDomain
import BureauEngine
import Hummingbird

/// Accepting, requesting changes, noting, dismissing: the registry's and the runs' own functions, as the command line and the
/// comments on a task use them.
struct ReportActions: Sendable {
    let house: WebHouse
    static let textCharactersMax = 4_000

    var routes: [Route] {
        [
            .action("/reports/:id/accept", .consultant, .report) { try await accept($0) },
            .action("/reports/:id/changes", .consultant, .report) { try await requestChanges($0) },
            .action("/reports/:id/note", .consultant, .report) { try await note($0) },
            .action("/reports/:id/dismiss", .consultant, .report) { try await dismiss($0) },
        ]
    }

    /// Those that fit where the report stands. None for people who only look.
    func forms(for found: ArtifactDesk.Page, _ person: PersonRecord) -> [Form] {
        let (report, run) = (found.artifact, found.run)
        guard person.role >= .consultant, run.state.isFinal || run.state == .inReview else { return [] }
        let isNewest = found.versions.allSatisfy { $0.round <= report.round }
        return forms(report, person, isAwaited: run.state == .inReview && isNewest, isNewest: isNewest)
    }

    func forms(_ report: ArtifactRecord, _ person: PersonRecord, isAwaited: Bool, isNewest: Bool = true) -> [Form] {
        let place = "/reports/\(report.id)"
        var forms: [Form] = []
        let mayAccept = ReportDecision(house: house).mayAccept(report, person)
        if isNewest, mayAccept, ArtifactMachine.Event.accepted.leaves.contains(report.state) {
            forms.append(Form(action: place + "/accept", verb: "Accept", style: "form row"))
        }
        if isAwaited {
            forms.append(
                Form(
                    action: place + "/changes", verb: "Request changes",
                    fields: [
                        Field(
                            "text", "What is to be changed", .long, hint: "The agent is told exactly this.",
                            isRequired: true, id: "changes-\(report.id)")
                    ], tone: "", style: "form"))
            forms.append(
                Form(
                    action: place + "/note", verb: "Note",
                    fields: [
                        Field(
                            "note", "Note", .long,
                            hint: "Told on the task and kept in the run's history. No round begins.",
                            isRequired: true, id: "note-\(report.id)")
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
        try await decide(web, .accepted, "Accepted. What waited for it is delivered.")
    }

    private func dismiss(_ web: WebRequest) async throws -> Response {
        try await decide(
            web, .dismissed(reason: Self.text(web.form["reason"])), "Dismissed. No other work builds on it.")
    }

    private func requestChanges(_ web: WebRequest) async throws -> Response {
        guard let text = Self.text(web.form["text"]) else {
            throw PageProblem.unprocessable(
                "Nothing is written: the agent has to know what to change.",
                fix: "Say what is to be different, and press Request changes again.", field: "text")
        }
        return try await decide(web, .changes(text), "Another round has begun with what you wrote.")
    }

    private func note(_ web: WebRequest) async throws -> Response {
        guard let text = Self.text(web.form["note"]), text.count <= RunDesk.noteCharactersMax else {
            throw PageProblem.unprocessable(
                "A note has words, and at most \(RunDesk.noteCharactersMax) characters.",
                fix: "Write it, or make it shorter, and press Note again.", field: "note")
        }
        return try await decide(web, .noted(text), "Noted. No round has begun.")
    }

    private static func text(_ given: String?) -> String? {
        let text = String((given ?? "").prefix(textCharactersMax))
        return text.allSatisfy(\.isWhitespace) ? nil : text
    }

    private func decide(_ web: WebRequest, _ word: ReportDecision.Word, _ notice: String) async throws -> Response {
        let report = try web.theReport()
        _ = try await ReportDecision(house: house).decide(word, report, try web.signedIn().person, try web.actor())
        return try await house.done(notice, "/reports/\(report.id)/", web)
    }
}
