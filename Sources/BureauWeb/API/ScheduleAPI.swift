import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// When runs start by themselves. What a schedule starts is for all its clients, so changing one is for those who see
/// all of them.
struct ScheduleAPI: Sendable {
    let house: WebHouse
    private static let tag = "schedules"
    private static let nothing: APIShape = .object([], isOpen: false)
    static let runsToldMax = 1_000

    var routes: [Route] {
        [
            .operation(
                house, .get, "/schedules", .operator,
                as: .init(
                    name: "listSchedules", tag: Self.tag,
                    summary: "Every schedule: when, for whom, the last time and the next.",
                    answer: .list(.named("Schedule")),
                    query: [.optional("agent", .plain(1...100), "Only this agent's.")],
                    problems: [.notFound])
            ) { call in
                let found = try await Self.asked { try await house.schedules.list(agent: call.text("agent")) }
                return .list(found.map { $0.document(visible: call.visible) }, next: nil)
            },
            .operation(
                house, .get, "/schedules/:agent/:name", .operator,
                as: .init(
                    name: "getSchedule", tag: Self.tag, summary: "One schedule.", answer: .one(.named("Schedule")))
            ) { .one(try await find($0)) },
            .operation(
                house, .get, "/schedules/:agent/:name/preview", .operator,
                as: .init(
                    name: "previewSchedule", tag: Self.tag,
                    summary: "Its next \(ScheduleDesk.previewTimes) times, for each zone its clients are in.",
                    answer: .list(.named("SchedulePreview")))
            ) { call in
                let (agent, name) = Self.names(call)
                let found = try await Self.asked { try await house.schedules.preview(agent: agent, name: name) }
                return .list(found.map { $0.document(visible: call.visible) }, next: nil)
            },
            change("pause", "pauseSchedule", "Start nothing by it until it is resumed. Runs under way go on.") {
                try await house.schedules.pause(agent: $0, name: $1, by: $2.name)
            },
            change("resume", "resumeSchedule", "Go on after a pause. What was due meanwhile is not made up for.") {
                agent, name, _ in
                try await house.schedules.resume(agent: agent, name: name)
            },
            .operation(
                house, .post, "/schedules/:agent/:name/run", .operator,
                as: .init(
                    name: "runSchedule", tag: Self.tag,
                    summary: "Start its runs now, whatever the time. The next time stays as it is.",
                    answer: .list(.named("Run")), body: Self.nothing, status: .created)
            ) { try await run($0) },
        ]
    }

    private static func names(_ call: APICall) -> (agent: String, name: String) {
        (call.web.parameter("agent"), call.web.parameter("name"))
    }

    private static func asked<Answer: Sendable>(_ body: () async throws -> Answer) async throws -> Answer {
        do { return try await body() } catch let refused as RunDesk.Refused {
            throw APIProblem(
                status: refused.kind == .notFound ? .notFound : .conflict, title: "Not done",
                detail: APIProblem.sentence(refused.description), fix: "GET /api/v1/schedules shows what there is.")
        }
    }

    private static func checkSeesAll(_ call: APICall) throws {
        guard call.visible == nil else {
            throw APIProblem(
                status: .forbidden, title: "Not of all clients",
                detail: "You see some clients, and a schedule may be for others.",
                fix: "Ask somebody who sees all clients.")
        }
    }

    private func find(_ call: APICall) async throws -> JSONValue {
        let (agent, name) = Self.names(call)
        let found = try await Self.asked { try await house.schedules.list(agent: agent) }
        guard let record = found.first(where: { $0.schedule.name == name }) else {
            throw APIProblem.missing("such schedule")
        }
        return record.document(visible: call.visible)
    }

    private func change(
        _ verb: String, _ name: String, _ summary: String,
        _ act: @escaping @Sendable (String, String, Actor) async throws -> [ScheduleRecord]
    ) -> Route {
        .operation(
            house, .post, "/schedules/:agent/:name/\(verb)", .operator,
            as: .init(
                name: name, tag: Self.tag, summary: summary, answer: .one(.named("Schedule")), body: Self.nothing),
            current: { try await find($0) }
        ) { call in
            try Self.checkSeesAll(call)
            let (agent, schedule) = Self.names(call), actor = try call.web.actor()
            let changed = try await Self.asked { try await act(agent, schedule, actor) }
            guard let record = changed.first else { throw APIProblem.missing("such schedule") }
            try await house.audit.note(actor, "schedule \(verb)d", "schedule \(agent)/\(schedule)")
            return .one(record.document())
        }
    }

    private func run(_ call: APICall) async throws -> APIAnswer {
        try Self.checkSeesAll(call)
        let (agent, name) = Self.names(call), actor = try call.web.actor()
        let runs = try await Self.asked {
            try await house.schedules.run(agent: agent, name: name, by: "\(actor.surface) \(actor.name)")
        }
        for run in runs { try await house.audit.note(started: run, by: actor, "schedule run by hand") }
        house.wake()
        return .list(runs.prefix(Self.runsToldMax).map(\.document), next: nil)
    }
}
