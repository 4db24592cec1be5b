import BureauDomain
import BureauSandbox
import Testing

@testable import BureauEngine

@Suite("A run that cannot begin")
struct ClarificationTests {
    private func at(
        _ kind: WorkToolKind, board: String = #"{"confirm": true}"#, _ change: (String) -> String = { $0 },
        _ body: (TaskDesk) async throws -> Void
    ) async throws {
        try await withStandIns { try await body(try await TaskDesk(kind, $0, board: board, change)) }
    }

    private static func needing(_ field: String) -> (String) -> String {
        { text in
            text.replacingOccurrences(of: #""required_fields": []"#, with: "\"required_fields\": [\"\(field)\"]")
                .replacingOccurrences(of: #"["client_id", "client_name"]"#, with: "[\"\(field)\"]")
        }
    }

    private static func blocked(_ text: String) -> String {
        needing("website_hint")(text).replacingOccurrences(of: "SENTINEL_AGENT_ID", with: "NOBODY_SET_THIS")
    }

    @Test(
        "Kept by the installation it takes no comment for a value, and looks again when somebody writes",
        arguments: WorkToolKind.allCases)
    func blockedRun(kind: WorkToolKind) async throws {
        try await at(kind, Self.blocked) { desk in
            let run = try await desk.assess(try await desk.come().id)
            #expect(run.state == .needsInfo && run.cause?.code == .blocked)
            #expect(try await desk.look(run.id, after: 30_000).state == .needsInfo, "nothing was written")
            try await desk.comment("Main office")
            #expect(try await desk.look(run.id, after: 10_000).state == .needsInfo, "not more often than once a minute")
            #expect(try await desk.look(run.id).state == .queued)
            #expect(try await desk.answers(run.id).isEmpty)
            #expect(try await desk.assess(run.id).cause?.code == .blocked)
            try await desk.comment("website_hint: main office")
            #expect(try await desk.look(run.id).state == .queued)
            #expect(try await desk.answers(run.id) == ["website_hint": "main office"], "what names its field is kept")
        }
    }

    @Test(
        "What the installation lacks is known before anything is opened, confirmed or not",
        arguments: WorkToolKind.allCases)
    func unconfirmed(kind: WorkToolKind) async throws {
        try await at(kind, board: #"{"confirm": false}"#, Self.blocked) { desk in
            let run = try await desk.assess(try await desk.come().id)
            #expect(run.state == .needsInfo && run.cause?.code == .blocked)
        }
    }

    @Test("An answer that is put right by an edit is read again", arguments: WorkToolKind.allCases)
    func edited(kind: WorkToolKind) async throws {
        try await at(kind, Self.needing("website_hint")) { desk in
            let run = try await desk.assess(try await desk.come().id)
            #expect(run.state == .needsInfo && run.cause?.code == .missingFields)
            let comment = try await desk.comment("Talk to Ana about that.")
            #expect(try await desk.look(run.id).state == .needsInfo)
            try await desk.edit(comment, to: "website_hint: main office")
            #expect(try await desk.look(run.id).state == .queued)
            #expect(try await desk.answers(run.id) == ["website_hint": "main office"])
            #expect(try await desk.outcomes(run.id) == [.filledIn])
        }
    }

    @Test(
        "What a run asked for before that was kept is not known: whatever people write is looked at",
        arguments: WorkToolKind.allCases)
    func askedBefore(kind: WorkToolKind) async throws {
        try await at(kind, Self.needing("website_hint")) { desk in
            let run = try await desk.assess(try await desk.come().id)
            #expect(run.state == .needsInfo && run.cause?.code == .missingFields)
            try await desk.bench.database.write { try TaskWatchStore(db: $0).ask(run.id, []) }
            #expect(try await desk.look(run.id).state == .needsInfo, "nothing was written")
            try await desk.comment("Talk to Ana about that.")
            #expect(try await desk.look(run.id).state == .queued)
            #expect(try await desk.assess(run.id).state == .needsInfo)
            let watch = try await desk.bench.database.read { try TaskWatchStore(db: $0).find(run.id) }
            #expect(watch?.asked == ["website_hint"], "now it is kept")
            #expect(try await desk.look(run.id).state == .needsInfo, "the same words bring nothing new")
        }
    }

    private static func choosing(_ text: String) -> String {
        text.replacingOccurrences(
            of: #""sections": ["Intake"]"#, with: #""sections": ["Intake"], "client_field": "Client""#)
    }

    private func know(_ desk: TaskDesk, _ slug: String, _ name: String) async throws {
        let json = #"{"slug": "\#(slug)", "name": "\#(name)"}"#
        let client = try #require(ClientRecord.load(Array(json.utf8), fileName: "test").client)
        try await desk.bench.database.write { try ClientStore(db: $0).save(client, now: 1) }
    }

    @Test("A client nobody knows is asked about with names that are alike, and the answer decides")
    func unknownClient() async throws {
        try await at(.asana, Self.choosing) { desk in
            try await know(desk, "plunkett", "Plunkett Plumbing")
            try await know(desk, "harbor", "Harbor Dental")
            try await desk.visitor.asana("field", desk.task, ["field": "Client", "value": "Plunket"])
            let run = try await desk.assess(try await desk.come().id)
            #expect(run.state == .needsInfo, "\(run.cause?.sentence ?? "")")
            let sentence = run.cause?.sentence ?? ""
            #expect(sentence.contains("no client is called that. Perhaps: Plunkett Plumbing"), "\(sentence)")
            #expect(!sentence.contains("Harbor"))
            #expect(try await desk.look(run.id).state == .needsInfo, "the field says what it said")
            try await desk.comment("Plunkett Plumbing")
            #expect(try await desk.look(run.id).state == .queued)
            let begun = try await desk.assess(run.id)
            #expect(begun.state == .starting && begun.clientSlug == "plunkett", "\(begun.cause?.sentence ?? "")")
        }
    }

    @Test("A field that is put right decides as well")
    func correctedClient() async throws {
        try await at(.asana, Self.choosing) { desk in
            try await know(desk, "plunkett", "Plunkett Plumbing")
            try await desk.visitor.asana("field", desk.task, ["field": "Client", "value": "Nobody Inc"])
            let run = try await desk.assess(try await desk.come().id)
            #expect(run.state == .needsInfo)
            try await desk.visitor.asana("field", desk.task, ["field": "Client", "value": "plunkett"])
            #expect(try await desk.look(run.id).state == .queued)
            #expect(try await desk.assess(run.id).clientSlug == "plunkett")
        }
    }

    static let memberships: [([String], answer: String?, known: String?, words: String)] = [
        (["100"], nil, "plunkett", ""), (["200"], nil, "harbor", ""), (["300"], nil, nil, ""),
        (["100", "200"], nil, nil, "projects of several clients: Plunkett Plumbing, Harbor Dental"),
        (["100", "200"], "harbor dental", "harbor", ""),
        (["100", "200"], "Somebody", nil, "\"Somebody\" is no client either"),
        (["300", "200"], nil, "harbor", ""), (["400"], nil, nil, "ghost"), (["300", "900"], nil, "harbor", ""),
        (["100", "900"], nil, "plunkett", ""), (["300", "901"], nil, nil, "ghost"),
    ]

    @Test("A task's projects say whose it is, and several clients' projects say nothing", arguments: memberships)
    func projects(projects: [String], answer: String?, known: String?, words: String) async throws {
        let house = try await AsanaHouse()
        for (slug, name) in [("plunkett", "Plunkett Plumbing"), ("harbor", "Harbor Dental")] {
            let json = #"{"slug": "\#(slug)", "name": "\#(name)"}"#
            let client = try #require(ClientRecord.load(Array(json.utf8), fileName: "test").client)
            try await house.parts.database.write { try ClientStore(db: $0).save(client, now: 1) }
        }
        let trigger = AsanaTrigger(
            projects: ["100", "200", "300", "400"], assigneeID: "10",
            clients: ["100": "plunkett", "200": "harbor", "400": "ghost"])
        // Projects that are read for records only: a client's own.
        let board = BoardPolicy(
            subscription: BoardPolicy.Subscription(containers: [
                .init(id: "900", name: nil, client: "harbor"), .init(id: "901", name: nil, client: "ghost"),
            ]))
        let task = WorkTask(
            kind: .asana, id: "500", title: "x", place: "", containerID: "100",
            memberships: projects.map { WorkTask.Membership(containerID: $0, place: "Intake") })
        let choice = try await house.parts.database.read { [board] in
            try AsanaClientChoice(db: $0).choose(trigger, board, task, answer: answer)
        }
        switch choice {
        case .known(let record): #expect(record.slug == known)
        case .none: #expect(known == nil && words.isEmpty)
        case .unsure(let question): #expect(!words.isEmpty && question.contains(words), "\(question)")
        case .unrecorded(let slug): #expect(slug == words)
        }
    }

    private static func trigger(_ more: String) -> (String) -> String {
        { text in
            text.replacingOccurrences(
                of: #""trigger_status": "Ready (Automate)""#, with: #""trigger_status": "Ready (Automate)", "# + more)
        }
    }

    @Test("A list whose file names an assignee starts the agent only for tasks that are theirs, now or later")
    func unassigned() async throws {
        try await at(.clickUp, Self.trigger(#""assignee": "4711""#)) { desk in
            let run = try await desk.assess(try await desk.come().id)
            #expect(run.state == .ignored && run.cause?.sentence == "The task is not assigned to SEO Sentinel.")
            let stay = try await desk.bench.database.read {
                try TaskStayStore(db: $0).find(agent: "jessie", taskID: desk.task, status: "Ready (Automate)")
            }
            #expect(stay?.leftAt != nil, "the sweep finds it once it is assigned")
        }
    }

    @Test("A list is one client's where its file says so and the task names nobody")
    func listOfOneClient() async throws {
        try await at(.clickUp, Self.trigger(#""client": "harbor""#)) { desk in
            try await know(desk, "harbor", "Harbor Dental")
            for field in ["client_id", "client_name"] { try await desk.visitor.fillIn(desk.task, field: field, .null) }
            let run = try await desk.assess(try await desk.come().id)
            #expect(run.state == .starting && run.clientSlug == "harbor", "\(run.cause?.sentence ?? "")")
        }
    }

    @Test(
        "A project or list whose client nobody has made keeps the run from beginning, and says so",
        arguments: WorkToolKind.allCases)
    func unrecordedClient(kind: WorkToolKind) async throws {
        let change: (String) -> String =
            switch kind {
            case .clickUp: Self.trigger(#""client": "harbor""#)
            case .asana:
                { text in
                    text.replacingOccurrences(
                        of: #""sections": ["Intake"]"#,
                        with:
                            #""sections": ["Intake"], "clients": [{"project": "1208000000000100", "client": "harbor"}]"#
                    )
                }
            }
        try await at(kind, change) { desk in
            if kind == .clickUp {
                for field in ["client_id", "client_name"] {
                    try await desk.visitor.fillIn(desk.task, field: field, .null)
                }
            }
            let run = try await desk.come()
            let blocked = try await desk.assess(run.id)
            #expect(blocked.state == .needsInfo && blocked.cause?.code == .blocked, "\(blocked.cause?.sentence ?? "")")
            #expect(blocked.cause?.sentence.contains("the client \"harbor\", and there is no such client") == true)
            try await know(desk, "harbor", "Harbor Dental")
            try await desk.comment("It is there now.")
            #expect(try await desk.look(run.id).state == .queued)
            let begun = try await desk.assess(run.id)
            #expect(begun.state == .starting && begun.clientSlug == "harbor", "\(begun.cause?.sentence ?? "")")
        }
    }

    private static let board =
        #"{"confirm": true, "states": {"queued": {"place": "Ready"}, "ignored": {"place": "Done"}}}"#

    @Test("The board shows nothing of a task before it is known to be the agent's", arguments: [true, false])
    func board(isTaken: Bool) async throws {
        try await at(.asana, board: Self.board) { desk in
            let run = try await desk.come()
            if !isTaken { try await desk.visitor.asana("assign", desk.task, ["assignee": "1208000000000011"]) }
            let assessed = try await desk.assess(run.id)
            #expect(assessed.state == (isTaken ? .starting : .ignored), "\(assessed.cause?.sentence ?? "")")
            let shown = try await desk.bench.steps(run.id, .notice).filter { $0.kind == BoardNotice.kind }
            #expect(shown.count == (isTaken ? 1 : 0))
        }
    }
}
