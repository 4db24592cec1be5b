import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird

/// The registry of results.
struct ArtifactAPI: Sendable {
    let house: WebHouse
    private static let tag = "artifacts"
    static let textWords = "Words, each of which is in the title, client or kind. No wildcards."

    var routes: [Route] { [list] + files + decisions }

    private var list: Route {
        .operation(
            house, .get, "/artifacts", .viewer,
            as: .init(
                name: "listArtifacts", tag: Self.tag, summary: "Results, newest first, without those superseded.",
                answer: .list(.named("Artifact")),
                query: [
                    .optional("client", .slug), .optional("agent", .line(1...100)),
                    .optional("kind", .line(1...60)),
                    .optional("run", .id), .optional("month", .month),
                    .optional("text", .line(1...RunWordsSearch.charactersMax), Self.textWords),
                    .optional("status", .choice(ArtifactState.allCases.map(\.rawValue))),
                    .optional("superseded", .flag, "Superseded ones too."),
                ] + APIOperation.paging)
        ) { call in
            let filter = ArtifactFilter(
                client: call.text("client"), agent: call.text("agent"), kind: call.text("kind"),
                run: call.text("run"), month: call.text("month"), text: call.text("text"),
                state: call.text("status").flatMap(ArtifactState.init(rawValue:)),
                includesSuperseded: call.query["superseded"]?.bool ?? false, before: try call.before("artifacts"),
                limit: call.limit)
            let (found, next) = try await house.reports.list(filter, visible: call.visible)
            return .list(
                found.map { $0.document(house.reports.exclusion($0)) },
                next: next.map { APICursor.make("artifacts", $0) })
        }
    }

    private var files: [Route] {
        [
            .operation(
                house, .get, "/artifacts/:id", .viewer,
                as: .init(
                    name: "getArtifact", tag: Self.tag,
                    summary: "One result: files, deliveries, rounds, where it comes from, its capsule.",
                    answer: .one(.named("Artifact")), problems: [.conflict, .gone])
            ) { call in
                let page = try await house.reports.page(try await find(call).id)
                return .one(page.document(house.reports.exclusion(page.artifact)))
            },
            .operation(
                house, .get, "/artifacts/:id/files/:name", .viewer,
                as: .init(
                    name: "getArtifactFile", tag: Self.tag, summary: "One file of a result, to be saved.",
                    answer: .file, problems: [.conflict, .gone])
            ) { call in
                let name = call.web.parameter("name").removingPercentEncoding ?? ""
                let (file, url) = try await house.reports.file(name, of: try await find(call).id)
                return .response(try ReportArtifactFile(file: file, url: url).response())
            },
            .operation(
                house, .get, "/artifacts/:id/files/:name/pdf", .viewer,
                as: .init(
                    name: "getArtifactFilePDF", tag: Self.tag,
                    summary: "An HTML or Markdown file of a result as PDF, where the server has Chromium.",
                    answer: .file, problems: [.conflict, .gone, .contentTooLarge, .serviceUnavailable])
            ) { call in
                let name = call.web.parameter("name").removingPercentEncoding ?? ""
                let sheet = try await house.pdfs.pdf(name, of: try await find(call).id)
                return .response(ReportArtifactFile.response(sheet, of: name))
            },
        ]
    }

    private var decisions: [Route] {
        [
            decision("accept", "acceptArtifact", "It is good: what waited for it is delivered.", Self.nothing) { _ in
                .accepted
            },
            decision("changes", "requestChanges", "Another round, with this text for the agent.", Self.changes) {
                .changes($0.text("text") ?? "")
            },
            decision(
                "note", "noteArtifact", "A note for the task and the run's history. No round begins.", Self.note
            ) {
                .noted($0.text("text") ?? "")
            },
            decision("dismiss", "dismissArtifact", "It is not wanted. Its files are kept.", Self.dismissal) {
                .dismissed(reason: $0.text("reason"))
            },
        ]
    }

    private static let nothing: APIShape = .object([], isOpen: false)
    private static let changes: APIShape = .object(
        [
            .init(
                name: "text", shape: .line(1...4_000), isRequired: true,
                meaning: "What is to be changed; the agent is told exactly this.")
        ], isOpen: false)
    private static let note: APIShape = .object(
        [.init(name: "text", shape: .line(1...RunDesk.noteCharactersMax))], isOpen: false)
    private static let dismissal: APIShape = .object(
        [.optional("reason", .line(0...300), "For those who read it later.")], isOpen: false)

    /// The buttons of a report's page under the same names.
    private func decision(
        _ verb: String, _ name: String, _ summary: String, _ body: APIShape,
        _ word: @escaping @Sendable (APICall) -> ReportDecision.Word
    ) -> Route {
        .operation(
            house, .post, "/artifacts/:id/\(verb)", .consultant,
            as: .init(
                name: name, tag: Self.tag, summary: summary, answer: .one(.named("Artifact")), body: body,
                problems: [.conflict, .gone])
        ) { call in
            let after = try await ReportDecision(house: house).decide(
                word(call), try await find(call), try call.web.signedIn().person, try call.web.actor())
            return .one(after.document(house.reports.exclusion(after)))
        }
    }

    private func find(_ call: APICall) async throws -> ArtifactRecord {
        let found = try await house.reports.find(call.web.parameter("id"))
        guard let client = found.clientSlug, let visible = call.visible, !visible.contains(client) else { return found }
        throw APIProblem.missing("such artifact")
    }
}
