import BureauDomain
import BureauEngine
import Hummingbird

/// What waits for people as a spreadsheet: one kind after the other, each in the order of its page.
struct InboxDownload: Sendable {
    let house: WebHouse

    var routes: [Route] { [.page("/inbox.csv", .viewer) { try await csv($0) }] }

    private static let titles = ["kind", "since", "expires_at", "run", "client", "agent", "what"]

    private func csv(_ web: WebRequest) async throws -> Response {
        let kind = try DataTwins.kind(web)
        let kinds = kind.map { [$0] } ?? Inbox.Kind.allCases
        let person = try web.signedIn().person, people = try await InboxPeople(house, person)
        var question = Inbox.Question(
            person: person, client: web.query("client"), agent: web.query("agent"), assignee: try people.asked(web))
        (question.limit, question.isCounted) = (Inbox.listedMax + 1, false)
        return try await CSV.download("inbox.csv", Self.titles) { [question] place in
            try await page(place, kinds, question)
        }
    }

    /// `place` is a kind, and behind a space where it goes on.
    private func page(_ place: String?, _ kinds: [Inbox.Kind], _ question: Inbox.Question) async throws -> CSV.Page {
        let parts = (place ?? "").split(separator: " ").map(String.init)
        guard let kind = parts.first.flatMap(Inbox.Kind.init(rawValue:)) ?? kinds.first else { return ([], nil) }
        let after = parts.count > 1 ? parts[1] : nil
        var asked = question
        asked.after = kind == .approvals ? nil : after
        asked.afterApproval = kind == .approvals ? after : nil
        let waiting = try await Inbox(house: house).waiting(asked)
        if let more = InboxDocument.next(kind, waiting) { return (rows(kind, waiting), "\(kind.rawValue) \(more)") }
        let following = kinds.firstIndex(of: kind).map { kinds.dropFirst($0 + 1) }?.first
        return (rows(kind, waiting), following?.rawValue)
    }

    private func rows(_ kind: Inbox.Kind, _ waiting: Inbox.Waiting) -> [[String]] {
        guard kind != .approvals else {
            return waiting.approvals.map { approval, run in
                [
                    kind.rawValue, PageClock.iso(approval.requestedAt), PageClock.iso(approval.expiresAt), run.id,
                    run.clientSlug ?? "", run.agent, approval.effect,
                ]
            }
        }
        return waiting.runs(kind).prefix(Inbox.listedMax).map { run in
            [
                kind.rawValue, PageClock.iso(run.acceptedAt), "", run.id, run.clientSlug ?? "", run.agent,
                house.words(run).summary,
            ]
        }
    }
}
