import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// What dashboards will show of tasks, as the built server reads it from the board.
@Suite("Tasks are private to the agency until somebody shows them to their client")
struct TaskRecordJourneyTests {
    /// The two boards, with three tasks of a list that starts an agent, and one of a list that is only read.
    enum Board: String, CaseIterable, Sendable {
        case clickUp, asana

        var tasks: [String] {
            self == .clickUp
                ? ["86demoshm1", "86demoblu1", "86demoblu2"]
                : ["1208000000000500", "1208000000000501", "1208000000000502"]
        }
        var clients: [String] {
            let (shamrock, bluebird) = ("shamrock-detailing-columbus", "bluebird-dental")
            return self == .clickUp ? [shamrock, bluebird, bluebird] : [shamrock, bluebird, shamrock]
        }
        var section: String { self == .clickUp ? "sentinel AUDITS" : "JESSIE intake" }
        var other: (task: String, container: String) {
            self == .clickUp ? ("86demobld1", "901100000003") : ("1208000000000510", "1208000000000200")
        }
        /// When the last list or project was read to its end.
        var swept: String {
            self == .clickUp ? "SELECT min(swept_at) AS n FROM sweep" : "SELECT min(asked_at) AS n FROM asana_stream"
        }

        var options: Installation.Options {
            var options = self == .clickUp ? Installation.Options() : AsanaJourneyTests.options
            options.environment["SWEEP_SECONDS"] = "10"
            let policy = #"""
                "client_visible": {"field": "Client visible", "values": ["Yes", "true"], "tag": "client-visible"},
                "subscription": {"from": "container", "names": ["JESSIE intake", "sentinel AUDITS", "SEO"],
                  "containers": [{"id": "OTHER", "name": "seo", "client": "bluebird-dental"}]}
                """#.replacingOccurrences(of: "OTHER", with: other.container)
            switch self {
            case .clickUp:
                let agent = SampleAgents.sentinel(
                    replacing: "\"alerts\": {", with: "\"board\": {\(policy)}, \"alerts\": {")
                options.agents = [("sentinel", agent)]
            case .asana:
                let agent = AsanaJourneyTests.agent
                    .replacingOccurrences(of: "\"board\": {", with: "\"board\": {\(policy), ")
                    .replacingOccurrences(
                        of: #""sections": ["Intake"]"#, with: #""sections": ["Intake"], "client_field": "Client""#)
                options.agents = [("jessie", agent)]
            }
            return options
        }

        func show(_ isShown: Bool, _ task: String, _ visitor: BoardVisitor) async throws {
            switch self {
            case .clickUp: try await visitor.fillIn(task, field: "Client visible", .bool(isShown))
            case .asana:
                try await visitor.asana(
                    "field", task, ["field": "Client visible", "value": isShown ? "Yes" : "No"])
            }
        }

        /// The first by its field, the second by its tag, and done; the third has a day.
        func change(_ visitor: BoardVisitor) async throws {
            try await show(true, tasks[0], visitor)
            switch self {
            case .clickUp:
                try await visitor.plan(tasks[1], ["tags": ["client-visible"]])
                try await visitor.move(tasks[1], to: "complete")
                // 04:00 of the day where people are, as ClickUp keeps a day without a time.
                try await visitor.plan(tasks[2], ["due": 1_796_011_200_000])
            case .asana:
                try await visitor.asana("tag", tasks[1], ["tag": "1208000000000400"])
                try await visitor.asana("complete", tasks[1])
                try await visitor.asana("plan", tasks[2], ["due": "2026-11-30"])
            }
        }

        /// A row as `rows` tells it.
        func row(_ index: Int, _ rest: String) -> String { "\(tasks[index]) \(clients[index]) \(section): \(rest)" }

        var otherRow: String { "\(other.task) bluebird-dental SEO: private, no day, open" }
    }

    private static let rows = """
        SELECT task_id || ' ' || coalesce(client_slug, 'nobody') || ' ' || section || ': '
            || CASE client_visible WHEN 1 THEN 'shown' ELSE 'private' END || ', '
            || coalesce(planned_on, 'no day') || ', '
            || CASE WHEN completed_at IS NULL THEN 'open' ELSE 'done' END AS t
        FROM task_record ORDER BY t
        """

    private static func wait(_ installation: Installation, for what: String, _ wanted: [String]) async throws {
        let wanted = wanted.sorted()
        var found: [String] = []
        do {
            try await eventually(what) {
                found = try await installation.texts(rows).sorted()
                return found == wanted ? true : nil
            }
        } catch { throw NeverHappened("\(what): \(found), not \(wanted)") }
    }

    @Test(
        "Private at first; flags, days and completions as people set them; private again; a killed server forgets nothing",
        arguments: Board.allCases)
    func records(board: Board) async throws {
        try await Installation.open(board.options) { installation in
            try await installation.keepClients([
                "shamrock-detailing-columbus": "Shamrock Detailing (demo)", "bluebird-dental": "Bluebird Dental (demo)",
            ])
            let first = try await installation.startServer()
            try await Self.wait(
                installation, for: "every task is on record",
                (0..<3).map { board.row($0, "private, no day, open") } + [board.otherRow])
            try await board.change(installation.board)
            let done = board.row(1, "shown, no day, done"), planned = board.row(2, "private, 2026-11-30, open")
            try await Self.wait(
                installation, for: "the changes are on record",
                [board.row(0, "shown, no day, open"), done, planned, board.otherRow])
            try await board.show(false, board.tasks[0], installation.board)
            try await first.process.killNow()
            let before = try #require(try await installation.number(board.swept))
            let second = try await installation.startServer()
            try await eventually("the next server has read the board") {
                try await installation.number(board.swept) ?? 0 > before ? true : nil
            }
            try await Self.wait(
                installation, for: "the first is private again, the others are as they were",
                [board.row(0, "private, no day, open"), done, planned, board.otherRow])
            #expect(try await installation.records().runs.isEmpty, "what is only read starts nothing")
            try await installation.stop(second)
        }
    }
}
