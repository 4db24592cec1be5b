import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Who waits, what was set aside, and what shall become of it.
struct QueueAPI: Sendable {
    let house: WebHouse
    private static let tag = "system"
    static let idsMax = 100, actedOnMax = 200

    private static let parts: [APIShape.Field] = [
        .optional("agent", .plain(1...100)), .optional("client", .slug), .optional("cause", .plain(1...60)),
    ]
    private static let choice: [APIShape.Field] =
        [
            .optional(
                "ids", .list(.text(6...64, pattern: "^[0-9A-Za-z-]{6,64}$"), most: idsMax),
                "Whole ids; all that fit the rest otherwise, \(actedOnMax) at most in one request.")
        ] + parts

    var routes: [Route] {
        [
            .operation(
                house, .get, "/queue", .engineer,
                as: .init(
                    name: "getQueue", tag: Self.tag,
                    summary: "What waits, what is in work, and what was set aside; the last narrowed as asked.",
                    answer: .one(.named("Queue")), query: Self.parts + APIOperation.paging)
            ) { .one(try await show($0)) },
            .operation(
                house, .post, "/queue/redrive", .engineer,
                as: .init(
                    name: "redriveQueue", tag: Self.tag,
                    summary: "Try again what was set aside. What was delivered already is not repeated.",
                    answer: .list(.named("Outcome")), body: .object(Self.choice, isOpen: false))
            ) { try await redrive($0) },
            .operation(
                house, .post, "/queue/drop", .engineer,
                as: .init(
                    name: "dropFromQueue", tag: Self.tag,
                    summary: "Dismiss what was set aside, or stop runs that wait.",
                    answer: .list(.named("Outcome")),
                    body: .object(
                        Self.choice + [
                            .optional("waiting", .flag, "Runs that wait for a slot, in place of what was set aside.")
                        ], isOpen: false))
            ) { try await drop($0) },
        ]
    }

    private func show(_ call: APICall) async throws -> JSONValue {
        let visible = call.visible
        func isSeen(_ client: String?) -> Bool { client.map { visible?.contains($0) ?? true } ?? true }
        let lines = try await house.queue.figures().lines.filter { isSeen($0.client) }.map { line -> JSONValue in
            [
                "client": .line(line.client), "agent": .string(line.agent), "waiting": .whole64(line.waiting),
                "in_work": .whole64(line.inWork), "awaiting_approval": .whole64(line.awaitingApproval),
                "oldest_at": .instant(line.oldestAt),
            ]
        }
        var filter = narrowed(call)
        filter.limit = call.limit + 1
        filter.before = try call.before("queue").flatMap { QueueFilter.Place($0) }
        let found = try await house.queue.parked(filter), parked = found.prefix(call.limit)
        let next = found.count > call.limit ? parked.last.map { "\(QueueFilter.Place($0))" } : nil
        return [
            "lines": .array(lines), "parked": .array(parked.map(\.document)),
            "next": .line(next.map { APICursor.make("queue", $0) }),
        ]
    }

    // MARK: Ways out

    private func narrowed(_ call: APICall) -> QueueFilter {
        var filter = QueueFilter()
        (filter.agent, filter.client, filter.cause) = (call.text("agent"), call.text("client"), call.text("cause"))
        filter.visible = call.visible
        return filter
    }

    /// Nothing happens to everything by mistake.
    private func chosen(_ call: APICall) throws -> QueueFilter {
        var filter = narrowed(call)
        filter.ids = (call.body["ids"]?.array ?? []).compactMap(\.string).map { $0.uppercased() }
        let isNarrow = filter.agent != nil || filter.client != nil || filter.cause != nil
        guard isNarrow || !filter.ids.isEmpty else {
            throw APIProblem(
                status: .unprocessableContent, title: "Which ones?",
                detail: "The request does not say which are meant.",
                fix: "Send ids, agent, client or cause; GET /api/v1/queue shows what there is.")
        }
        // Ids are looked for in all there is.
        filter.limit = filter.ids.isEmpty ? Self.actedOnMax : QueueFilter.limitMax
        return filter
    }

    private func letters(_ filter: QueueFilter) async throws -> [DeadLetter] {
        try await house.queue.parked(filter).filter { filter.ids.isEmpty || filter.ids.contains($0.id) }
    }

    private func redrive(_ call: APICall) async throws -> APIAnswer {
        let filter = try chosen(call), actor = try call.web.actor()
        let letters = try await letters(filter)
        let outcomes = try await house.queue.redrive(letters) { try await house.replay($0) != nil }
        try await house.audit.note(actor, "dead letter tried again", queue: outcomes) { id in
            letters.first { $0.id == id }?.client
        }
        house.wake()
        return Self.told(outcomes, filter)
    }

    private func drop(_ call: APICall) async throws -> APIAnswer {
        let filter = try chosen(call), actor = try call.web.actor()
        guard call.body["waiting"]?.bool ?? false else {
            let letters = try await letters(filter)
            let outcomes = try await house.queue.drop(letters, by: actor.name)
            try await house.audit.note(actor, "dead letter dismissed", queue: outcomes) { id in
                letters.first { $0.id == id }?.client
            }
            return Self.told(outcomes, filter)
        }
        guard filter.cause == nil else {
            throw APIProblem(
                status: .unprocessableContent, title: "No such choice", detail: "What waits has no cause.",
                fix: "Leave cause out: it is for what was set aside.")
        }
        let runs = try await house.queue.waiting(filter).filter {
            filter.ids.isEmpty || filter.ids.contains($0.id)
        }
        let outcomes = try await house.queue.drop(runs, by: actor.name)
        try await house.audit.note(actor, "waiting run stopped", queue: outcomes) { id in
            runs.first { $0.id == id }?.clientSlug
        }
        house.wake()
        return Self.told(outcomes, filter)
    }

    /// What was named and is not there is told as well.
    private static func told(_ outcomes: [QueueDesk.Outcome], _ filter: QueueFilter) -> APIAnswer {
        let known = Set(outcomes.map(\.id)), missing = Set(filter.ids).subtracting(known).sorted()
        let done = outcomes.map { told($0.id, $0.isDone, $0.sentence) }
        return .list(done + missing.map { told($0, false, "it is not in the queue") }, next: nil)
    }

    private static func told(_ id: String, _ isDone: Bool, _ sentence: String) -> JSONValue {
        ["id": .string(id), "ok": .bool(isDone), "sentence": .string(sentence)]
    }
}
