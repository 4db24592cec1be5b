import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// What waits for people, for programs.
struct InboxAPI: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .operation(
                house, .get, "/inbox", .viewer,
                as: .init(
                    name: "getInbox", tag: "inbox",
                    summary: "What waits for people, of every kind or of one: those that have waited longest first.",
                    answer: .one(.named("Inbox")),
                    query: [
                        .optional("kind", .choice(Inbox.Kind.allCases.map(\.rawValue))), .optional("client", .slug),
                        .optional("agent", .line(1...100)),
                        .optional("mine", .flag, "true for what waits for the caller alone."),
                        .optional("assignee", .line(1...100), "The name of one whose work it is."),
                        .optional("after", .id, "The kind's own \"next\" of the answer before this one; with kind."),
                    ])
            ) { call in
                let person = try call.web.signedIn().person, people = try await InboxPeople(house, person)
                var question = Inbox.Question(person: person)
                (question.client, question.agent) = (call.text("client"), call.text("agent"))
                question.assignee = try people.asked(
                    isMine: call.query["mine"]?.bool ?? false, assignee: call.text("assignee"))
                let kind = call.text("kind").flatMap(Inbox.Kind.init(rawValue:)), after = call.text("after")
                guard after == nil || kind != nil else {
                    throw APIProblem.misshapen("after is said without kind, and each kind goes on by itself")
                }
                return .one(try await InboxDocument(house: house).make(question, kind, after: after))
            }
        ]
    }
}

/// The inbox as programs get it, over the API and beside its page.
struct InboxDocument: Sendable {
    let house: WebHouse

    /// All kinds, or the one that is asked for, each with where it goes on: that is the `after` of its next page.
    func make(_ question: Inbox.Question, _ kind: Inbox.Kind?, after: String?) async throws -> JSONValue {
        var question = question
        question.after = kind == .approvals ? nil : after
        question.afterApproval = kind == .approvals ? after?.uppercased() : nil
        question.limit = Inbox.listedMax + 1
        let waiting = try await Inbox(house: house).waiting(question)
        let kinds = kind.map { [$0] } ?? Inbox.Kind.allCases
        let counts = Inbox.Kind.allCases.map { ($0.rawValue, JSONValue.number(JSONNumber(waiting.counts[$0] ?? 0))) }
        let lists = kinds.map { ($0.rawValue, Self.list($0, waiting)) }
        let nexts = kinds.map { ($0.rawValue, Self.next($0, waiting).map { JSONValue.string($0) } ?? .null) }
        return .object(
            JSONObject([("counts", .object(JSONObject(counts)))] + lists + [("next", .object(JSONObject(nexts)))]))
    }

    private static func list(_ kind: Inbox.Kind, _ waiting: Inbox.Waiting) -> JSONValue {
        guard kind != .approvals else { return .array(waiting.approvals.map(\.approval.document)) }
        return .array(waiting.runs(kind).prefix(Inbox.listedMax).map(\.document))
    }

    static func next(_ kind: Inbox.Kind, _ waiting: Inbox.Waiting) -> String? {
        guard kind != .approvals else { return waiting.nextApproval }
        let runs = waiting.runs(kind)
        return runs.count > Inbox.listedMax ? runs[Inbox.listedMax - 1].id : nil
    }
}
