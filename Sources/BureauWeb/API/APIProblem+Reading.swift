import BureauDomain
import BureauEngine
import HTTPTypes

extension APIProblem {
    static let otherRequest = APIProblem(
        status: .unprocessableContent, title: "Key used for something else",
        detail: "This Idempotency-Key came before with another request. Nothing was done.",
        fix: "Use a new key for each thing that is to happen.")
    static let stillOpen = APIProblem(
        status: .conflict, title: "Not answered yet",
        detail: "The first request with this Idempotency-Key is under way, or ended without an answer.",
        fix: "Repeat it in a few seconds. If it stays so, look whether it happened, then use a new key.")

    static func misshapen(_ complaint: String) -> APIProblem {
        APIProblem(
            status: .badRequest, title: "Not as declared", detail: complaint + ".",
            fix: "GET /api/v1/openapi.json tells what each request looks like.")
    }

    static func missing(_ what: String) -> APIProblem {
        APIProblem(
            status: .notFound, title: "Nothing here",
            detail: "There is no \(what), or it is about a client you do not see.",
            fix: "Check the id; the lists show what there is.")
    }

    /// The desks' refusals in the API's words; nil for what no desk meant.
    init?(reading error: any Error) {
        switch error {
        case let refused as RunDesk.Refused:
            self.init(
                status: refused.kind == .notFound ? .notFound : .conflict, title: "Not done",
                detail: Self.sentence(refused.description),
                fix: refused.kind == .chooseStep
                    ? "Name the step in the body." : "Nothing was changed. GET the run to see what it is doing now.")
        case let refused as ArtifactDesk.Refused:
            let status: HTTPResponse.Status =
                switch refused.kind {
                case .notFound: .notFound
                case .ambiguous, .notNow: .conflict
                case .damaged: .gone
                case .tooLarge: .contentTooLarge
                }
            self.init(
                status: status, title: "Not done", detail: Self.sentence(refused.description), fix: Self.fix(refused))
        case let refused as PDFPress.Refused:
            self.init(
                status: refused.kind.status, title: "No PDF", detail: Self.sentence(refused.description),
                fix: refused.kind == .notInstalled
                    ? "Download the file itself; whoever runs the server can install Chromium."
                    : Self.sentence(refused.fix))
        case let refused as ClientDesk.Refused:
            self.init(
                status: refused.isConflict ? .conflict : .unprocessableContent, title: "Not done",
                detail: Self.sentence(refused.description), fix: Self.sentence(refused.fix))
        case let refused as EndpointDesk.Refused:
            self.init(
                status: refused.isMissing ? .notFound : .unprocessableContent, title: "Not done",
                detail: Self.sentence(refused.description), fix: Self.sentence(refused.fix))
        case let problem as FieldProblem:
            self.init(
                status: .unprocessableContent, title: "Not done", detail: problem.text,
                fix: "Send another \(problem.field).")
        case let refused as PeopleDesk.Refused:
            self.init(
                status: .unprocessableContent, title: "Not done", detail: Self.sentence(refused.description),
                fix: refused.listed.map { "GET /api/v1/\($0) lists those there are." } ?? Self.sentence(refused.fix))
        case let refused as BudgetDesk.Refused:
            self.init(
                status: .conflict, title: "Not done", detail: Self.sentence(refused.description),
                fix: "Nothing was changed. GET /api/v1/budgets shows what holds now.")
        default: return nil
        }
    }

    /// The desk names commands, which whoever asks over HTTP does not have.
    static func fix(_ refused: ArtifactDesk.Refused) -> String {
        guard refused.fix.contains("bureau ") else { return refused.fix }
        return switch refused.kind {
        case .notFound, .ambiguous: "The list of artifacts has those there are."
        case .notNow: "Nothing was changed. GET the artifact to see where it stands."
        case .damaged: "Tell whoever runs the server: a backup has the file."
        case .tooLarge: "Download the files one by one."
        }
    }

    static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}

extension PDFPress.Refused.Kind {
    /// Nothing is wrong with what was asked, but for its size.
    var status: HTTPResponse.Status {
        switch self {
        case .notInstalled, .busy, .failed: .serviceUnavailable
        case .tooLarge: .contentTooLarge
        }
    }
}
