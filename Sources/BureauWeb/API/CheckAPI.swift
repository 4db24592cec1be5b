import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Looking whether agents, clients' sources and connections work, and trying an agent: the pages' buttons under the same names.
struct CheckAPI: Sendable {
    let house: WebHouse
    private static let nothing: APIShape = .object([], isOpen: false)

    var routes: [Route] {
        [
            .operation(
                house, .post, "/connections/test", .engineer,
                as: .init(
                    name: "testConnections", tag: "system",
                    summary: "Look at files, database, disk and each vendor's answer. Nothing is changed anywhere.",
                    answer: .one(.named("Checkup")), body: Self.nothing)
            ) { .one(try await look(.everything, $0)) },
            .operation(
                house, .get, "/connections", .engineer,
                as: .init(
                    name: "getConnections", tag: "system", summary: "What the last look at the connections found.",
                    answer: .one(.named("Checkup")))
            ) { _ in .one(await outcome(.everything)) },
            .operation(
                house, .post, "/agents/:name/check", .engineer,
                as: .init(
                    name: "checkAgent", tag: "agents",
                    summary: "Look whether its file is valid and the vendors have what it names. Nothing is changed.",
                    answer: .one(.named("Checkup")), body: Self.nothing)
            ) { call in
                guard let agent = house.catalog.agent(call.web.parameter("name")) else {
                    throw APIProblem.missing("such agent")
                }
                return .one(try await look(.agent(agent.config.name), call))
            },
            .operation(
                house, .post, "/clients/:slug/check", .engineer, .client,
                as: .init(
                    name: "checkClient", tag: "clients",
                    summary: "Look whether what the client's record names can be reached. Nothing is changed anywhere.",
                    answer: .one(.named("Checkup")), body: Self.nothing)
            ) { .one(try await look(.client($0.web.theClient().slug), $0)) },
            .operation(
                house, .post, "/agents/:name/test", .operator,
                as: .init(
                    name: "testAgent", tag: "agents",
                    summary: "Start a real run for a client that does not exist. It costs what a run costs.",
                    answer: .one(.named("Run")), body: Self.nothing, status: .created)
            ) { .one(try await test($0)) },
        ]
    }

    /// Waits for a look, but not for ever.
    private func look(_ subject: Checkup.Subject, _ call: APICall) async throws -> JSONValue {
        guard let checkup = house.checkup else {
            throw APIProblem(
                status: .conflict, title: "Nobody can look",
                detail: "This server cannot look at its connections.", fix: "Ask whoever runs the server to look.")
        }
        _ = try await checkup.run(subject, by: call.web.actor().name)
        return await outcome(subject)
    }

    private func outcome(_ subject: Checkup.Subject) async -> JSONValue {
        let found = await house.checkup?.last(subject), since = await house.checkup?.since(subject)
        let lines = (found?.lines ?? []).map { line -> JSONValue in
            [
                "status": .string(line.status.rawValue), "what": .string(line.name), "found": .string(line.detail),
                "fix": .line(line.fix),
            ]
        }
        return [
            "running_since": .instant(since), "looked_at": .instant(found?.endedAt), "by": .line(found?.by),
            "lines": .array(lines),
        ]
    }

    private func test(_ call: APICall) async throws -> JSONValue {
        guard let agent = house.catalog.agent(call.web.parameter("name")), agent.config.triggers.manualCLI else {
            throw APIProblem.missing("such agent that may be started by hand")
        }
        let actor = try call.web.actor()
        let run = try await house.runs.start(
            .test(
                of: agent, from: .api, by: "\(actor.surface) \(actor.name)",
                key: "\(actor.surface)/\(house.doors.makeID())"))
        house.wake()
        try await house.audit.note(started: run, by: actor, "test run started")
        return run.document
    }
}
