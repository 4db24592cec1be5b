import BureauDomain
import BureauSandbox
import BureauStorage
import Testing

@testable import BureauEngine

@Suite("Messages of people's own")
struct DirectNoticeTests {
    private static let boss = Actor(name: "boss", surface: "test")
    private static let failed = RunMachine.Event.broke(RunCause(.noFiles, "Nothing was delivered."))
    /// Known to the stand-in Slack.
    private static let slackID = "U0JAKE"

    private static func people(_ bench: Bench) -> PeopleDesk {
        PeopleDesk(database: bench.database, doors: bench.clock.doors)
    }

    private static func record(_ slug: String) -> String {
        #"{"slug":"\#(slug)","name":"\#(slug)","fields":{},"contacts":[]}"#
    }

    @discardableResult
    private static func person(
        _ bench: Bench, _ name: String, _ choices: [OwnNotice: OwnNotice.Reach], role: Role = .operator,
        clients: Set<String>? = nil
    ) async throws -> PersonRecord {
        let desk = people(bench)
        let made = try await desk.add(name, displayName: nil, role: role, by: boss)
        _ = try await desk.setSlackID(made.id, slackID, by: boss)
        try await desk.setNotices(made.id, choices)
        if let clients {
            let now = bench.clock.now
            try await bench.database.write { db in
                for client in clients {
                    try db.execute(
                        "INSERT INTO client (slug, name, record, created_at, updated_at) VALUES (?, ?, ?, ?, ?)",
                        [client, client, record(client), now, now])
                }
            }
            return try await desk.setClients(made.id, clients, by: boss)
        }
        return made
    }

    private static func direct(_ bench: Bench, _ run: RunRecord) async throws -> [DirectIntent] {
        try await bench.steps(run.id, .notice).filter { $0.kind == DirectNotices.kind }
            .map { try $0.intent(as: DirectIntent.self) }
    }

    private static let choosers: [(String, [OwnNotice: OwnNotice.Reach], clients: Set<String>?, hasDuty: Bool, Bool)] =
        [
            ("nothing", [:], nil, true, false), ("another kind", [.review: .all], nil, true, false),
            ("all", [.failure: .all], nil, false, true), ("mine, and it is not", [.failure: .mine], nil, false, false),
            ("mine, with a duty", [.failure: .mine], nil, true, true),
            ("all, without seeing the client", [.failure: .all], ["other"], false, false),
        ]

    @Test("Whoever chose it is told of what they may see and what is theirs, and nobody else", arguments: choosers)
    func chosen(
        what: String, choices: [OwnNotice: OwnNotice.Reach], clients: Set<String>?, hasDuty: Bool, isTold: Bool
    ) async throws {
        let bench = try await Bench()
        let ana = try await Self.person(bench, "ana", choices, clients: clients)
        if hasDuty {
            let now = bench.clock.now
            try await bench.database.write { db in
                try db.execute(
                    "INSERT INTO client (slug, name, record, created_at, updated_at) VALUES ('shamrock', 'S', ?, ?, ?)",
                    [Self.record("shamrock"), now, now])
                try db.execute(
                    "INSERT INTO client_staff (client_slug, person_id, duty, since) VALUES ('shamrock', ?, 'owner', ?)",
                    [ana.id, now])
            }
        }
        let run = try await bench.run([Self.failed])
        #expect(try await Self.direct(bench, run).map(\.person) == (isTold ? [ana.id] : []), "\(what)")
    }

    @Test("Runs somebody asked for are theirs")
    func requester() async throws {
        let bench = try await Bench(), test = try await Self.person(bench, "test", [.failure: .mine])
        let run = try await bench.run([Self.failed])
        #expect(try await Self.direct(bench, run).map(\.person) == [test.id])
    }

    @Test("Each kind is told in its own moment, with where to go; a second failure is told again, a repetition is not")
    func kinds() async throws {
        let bench = try await Bench()
        try await Self.person(
            bench, "ana", Dictionary(uniqueKeysWithValues: OwnNotice.allCases.map { ($0, .all) }))
        let blocked = try await bench.run([.foundIncomplete(RunCause(.missingFields, "gbp_url is empty."))])
        let question = try #require(try await Self.direct(bench, blocked).first)
        #expect(question.kind == .question && question.path == "/runs/\(blocked.id)/")
        let reviewed = try await bench.run(
            Bench.toRunning + [.turnEnded, .filesCollected(problem: nil), .reviewOpened(problem: nil)])
        #expect(try await Self.direct(bench, reviewed).map(\.kind) == [.review])
        let run = try await bench.run([.taken, Self.failed])
        _ = try await bench.database.write { [doors = bench.clock.doors] in
            try NoticeWriter(db: $0, doors: doors).alert(RunCause(.noFiles, "Again."), run, kind: .failed)
        }
        #expect(try await Self.direct(bench, run).count == 1, "the alert stands")
        let (found, doors, now) = (run, bench.clock.doors, bench.clock.now)
        try await bench.database.write { db in
            try AlertStore(db: db).resolve(subject: found.id, now: now)
            try NoticeWriter(db: db, doors: doors).alert(RunCause(.noFiles, "Again."), found, kind: .failed)
        }
        #expect(try await Self.direct(bench, run).map(\.kind) == [.failure, .failure])
    }

    @Test("So many an hour and no more; the last says where the rest is")
    func bound() async throws {
        let bench = try await Bench()
        try await Self.person(bench, "ana", [.failure: .all])
        func fail(_ count: Int) async throws -> [DirectIntent] {
            var all: [DirectIntent] = []
            for _ in 0..<count { all += try await Self.direct(bench, try await bench.run([Self.failed])) }
            return all
        }
        let told = try await fail(DirectNotices.perHourMax + 5)
        #expect(told.count == DirectNotices.perHourMax && told.last?.sentence.contains("the inbox has it all") == true)
        bench.clock.advance(milliseconds: 3_600_001)
        #expect(try await fail(2).count == 2)
    }

    // MARK: Sending

    private static func send(_ bench: Bench, _ standIns: StandIns) async throws {
        let worker = NoticeWorker(
            parts: try bench.parts(standIns.connections) { $0.publicURL = "https://bureau.test" }, owner: "w",
            wake: WakeSignal(doors: bench.clock.doors))
        for _ in 0..<20 where try await worker.sendDue() == 0 { return }
    }

    /// What was written to people, not to channels.
    private static func messages(_ standIns: StandIns) async -> [JSON] {
        (await standIns.state("slack")["messages"]?.array ?? []).filter {
            $0["channel"]?.string?.hasPrefix("D") ?? false
        }
    }

    @Test("It reaches the person's own conversation once, although the answer is lost")
    func sent() async throws {
        try await withStandIns { standIns in
            let bench = try await Bench()
            try await Self.person(bench, "ana", [.failure: .all])
            let run = try await bench.run([Self.failed])
            try standIns.fault("slack", "chat.postMessage", times: 3, .dropAfter)
            for _ in 0..<5 {
                try await Self.send(bench, standIns)
                bench.clock.advance(milliseconds: 120_000)
            }
            let found = await Self.messages(standIns)
            #expect(found.count == 1, "\(found)")
            let text = found.first.map { "\($0)" } ?? ""
            #expect(text.contains("Nothing was delivered.") && text.contains("https://bureau.test/runs/\(run.id)/"))
            let steps = try await bench.steps(run.id, .notice).filter { $0.kind == DirectNotices.kind }
            #expect(steps.map(\.state) == [.done])
        }
    }

    private static let withdrawn: [(String, @Sendable (Bench, PersonRecord) async throws -> Void)] = [
        ("they want it no more", { try await people($0).setNotices($1.id, [:]) }),
        ("they are disabled", { _ = try await people($0).disable($1.id, by: boss) }),
        ("they see the client no more", { _ = try await people($0).setClients($1.id, [], by: boss) }),
        ("they have no Slack user any more", { _ = try await people($0).setSlackID($1.id, nil, by: boss) }),
    ]

    @Test("Nobody gets what does not concern them any more when it is sent", arguments: 0..<4)
    func late(_ number: Int) async throws {
        try await withStandIns { standIns in
            let bench = try await Bench(), (what, change) = Self.withdrawn[number]
            let ana = try await Self.person(bench, "ana", [.failure: .all])
            let run = try await bench.run([Self.failed])
            try await change(bench, ana)
            try await Self.send(bench, standIns)
            #expect(await Self.messages(standIns).isEmpty, "\(what)")
            let steps = try await bench.steps(run.id, .notice).filter { $0.kind == DirectNotices.kind }
            #expect(steps.map(\.state) == [.done], "\(what)")
        }
    }
}
