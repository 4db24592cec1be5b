import BureauDomain
import BureauStorage
import Foundation
import ProductHarness
import RunModel

@testable import BureauEngine
@testable import BureauSandbox

/// What must be true after everything has come to rest, whatever happened before: the six promises, read at the
/// stand-ins as a person would and in the rows that are left. Empty when all of it holds.
struct Promises {
    let world: World

    /// Nothing moves by itself any more.
    func isAtRest() throws -> Bool {
        try world.disk.read { db in
            try db.first("SELECT 1 AS busy FROM run WHERE \(RunClaim.inWork) LIMIT 1") == nil
                && db.first(
                    "SELECT 1 AS busy FROM step WHERE purpose = 'notice' AND state IN ('pending', 'intended') LIMIT 1")
                    == nil
                && db.first("SELECT 1 AS busy FROM loose_session WHERE rested_at IS NULL LIMIT 1") == nil
        }
    }

    /// Whether every card that stands has a run.
    func isAllSeen() throws -> Bool {
        let seen = Set(try runs().compactMap(\.task))
        return world.journal.work.allSatisfy { !$0.isLeftStanding || seen.contains($0.task) }
    }

    struct Run {
        let id: String, agent: String, state: RunState
        let cause: String?, sentence: String?, session: String?, task: String?, client: String?, lease: String?
        let spent: Int64, key: String, source: String
        let startedAt: Int64?, endedAt: Int64?
    }

    func runs() throws -> [Run] {
        try world.disk.read { db in
            try db.query("SELECT * FROM run ORDER BY id").map { row in
                Run(
                    id: try row.text("id"), agent: try row.text("agent"), state: try RunState(column: "state", row),
                    cause: try row.textIfAny("cause"), sentence: try row.textIfAny("cause_sentence"),
                    session: try row.textIfAny("session_id"), task: try row.textIfAny("task_id"),
                    client: try row.textIfAny("client_name"), lease: try row.textIfAny("lease_owner"),
                    spent: try row.integer("spent_micro_usd"), key: try row.text("dedupe_key"),
                    source: try row.text("trigger_source"), startedAt: try row.integerIfAny("started_at"),
                    endedAt: try row.integerIfAny("ended_at"))
            }
        }
    }

    func complaints() async throws -> [String] {
        let sight = Sight(state: await world.sandbox.state(), log: [])
        let runs = try runs()
        return try world.journal.complaints + signals() + changes(runs) + typed(runs) + families(runs)
            + assigned(runs, sight.state) + boards(runs, sight) + sessions(runs, sight)
            + deliverables(runs, sight) + ends(runs, sight) + answers(runs) + money(runs, sight) + ledger(runs, sight)
            + rest(runs) + trails()
    }

    // MARK: 1. A signed event answered 2xx is on disk, with one verdict

    private func signals() throws -> [String] {
        let stored = try world.disk.read {
            try $0.first("SELECT count(*) AS n FROM signal WHERE verdict <> 'refused' AND source <> 'asana'")?.integer(
                "n") ?? 0
        }
        return Proof.expect(
            stored >= world.journal.acceptedSignals,
            "\(world.journal.acceptedSignals) signals were answered 2xx, only \(stored) are on disk")
    }

    // MARK: 2. One trigger, at most one live session, one deliverable

    /// Work that was left standing in the status that starts its agent has a run, and no more runs than wishes.
    private func changes(_ runs: [Run]) -> [String] {
        let byTask = Dictionary(grouping: runs.filter { $0.task != nil }, by: { $0.task ?? "" })
        return world.journal.work.flatMap { work -> [String] in
            let own = byTask[work.task] ?? []
            return Proof.expect(
                !work.isLeftStanding || !own.isEmpty, "\(work.client) was left waiting: no run ever looked at its task")
                + Proof.expect(
                    own.count <= work.wishes, "\(work.client) has \(own.count) runs for \(work.wishes) wishes")
                + Proof.expect(
                    !work.isLeftStanding || !work.isComplete || own.contains { $0.state != .ignored },
                    "\(work.client) was left waiting: all \(own.count) runs ignored it")
        }
    }

    /// A command that was answered with a run has one; one that was typed by a stranger has none.
    private func typed(_ runs: [Run]) -> [String] {
        let byKey = Dictionary(grouping: runs, by: \.key).mapValues(\.count)
        return world.journal.typed.sorted { $0.key < $1.key }.flatMap { trigger, isTaken -> [String] in
            let count = byKey["slack/command/\(trigger)"] ?? 0
            return Proof.expect(count <= 1, "\(trigger) was typed once and started \(count) runs")
                + Proof.expect(!isTaken || count == 1, "\(trigger) was answered with a run, and there is none")
        }
    }

    /// A run that is done has started the other one, once, and ended after it.
    private func families(_ runs: [Run]) throws -> [String] {
        let links = try world.disk.read { db in
            try db.query("SELECT parent_id, child_id FROM run_child ORDER BY child_id").map {
                (parent: try $0.text("parent_id"), child: try $0.text("child_id"))
            }
        }
        let known = Dictionary(uniqueKeysWithValues: runs.map { ($0.id, $0) })
        let children = Dictionary(grouping: links, by: \.parent)
        return runs.filter { $0.agent == "rounds" }.flatMap { run -> [String] in
            let own = children[run.id] ?? []
            return Proof.expect(own.count <= 1, "the run \(run.id) has started \(own.count) runs, not one")
                + Proof.expect(run.state != .done || own.count == 1, "the run \(run.id) is done and started no other")
                + own.filter { known[$0.child] == nil }.map { "the run \($0.child) is gone" }
        }
            + runs.filter { $0.agent == "scribe" && !links.map(\.child).contains($0.id) }.map {
                "nobody started \($0.id)"
            }
    }

    /// A card whose last run is done does not say that somebody is at it.
    private func boards(_ runs: [Run], _ sight: Sight) -> [String] {
        let last = Dictionary(runs.compactMap { run in run.task.map { ($0, run) } }) { $1 }
        return world.journal.work.filter {
            last[$0.task]?.state == .done && sight.task($0.task)?.status == Agents.started
        }
        .map { "the card of \($0.client) is \(Agents.started), and its run \(last[$0.task]?.id ?? "") is done" }
    }

    private func sessions(_ runs: [Run], _ sight: Sight) -> [String] {
        let byRun = Dictionary(grouping: sight.sessions, by: { $0.run ?? "" })
        let known = Dictionary(uniqueKeysWithValues: runs.map { ($0.id, $0) })
        return byRun.flatMap { id, found -> [String] in
            guard let run = known[id] else { return ["a session belongs to the run \(id), which does not exist"] }
            // A person's second try may open a second session; nobody retries here.
            return Proof.expect(found.count == 1, "the run \(id) has \(found.count) sessions, not one")
                + Proof.expect(
                    found.count != 1 || run.session == nil || found[0].id == run.session,
                    "the run \(id) follows \(run.session ?? "nothing"), its session is \(found[0].id)")
                + found.filter { $0.status == "running" || $0.status == "rescheduling" }.map {
                    "the session \($0.id) of the run \(id) (\(run.state.rawValue)) still spends"
                }
        }.sorted()
    }

    private func deliverables(_ runs: [Run], _ sight: Sight) throws -> [String] {
        let comments = mentions((sight.state["clickup"]?["tasks"]?.array ?? []).flatMap { $0["comments"]?.array ?? [] })
        let results = mentions(sight.messages(in: "C0RESULTS").map { .string($0.whole) })
        var found: [String] = []
        for run in runs {
            let ready = (comments[run.id] ?? []).filter {
                !$0.contains("needs information") && !Self.isAboutTrouble($0)
            }
            // The run's own message, replaced as it goes on, carries its id as mark; the result carries its step's.
            let own = Set((results[run.id] ?? []).filter { $0.contains("\"step\":\"\(run.id)\"") })
            let posts = (results[run.id] ?? []).filter { !Self.isAboutTrouble($0) && !own.contains($0) }
            found += Proof.expect(own.count <= 1, "the run \(run.id) has \(own.count) messages of its own in Slack")
            found += Proof.expect(
                ready.count <= 1,
                "the run \(run.id) has \(ready.count) results on its task: \(ready.map { $0.prefix(50) })")
            found += Proof.expect(posts.count <= 1, "the run \(run.id) was posted \(posts.count) times")
            guard run.state == .done else { continue }
            found += Proof.expect(
                run.task == nil || run.agent == Agents.jessie || ready.count == 1,
                "the run \(run.id) is done and its task does not show it")
            found += Proof.expect(posts.count == 1, "the run \(run.id) is done and Slack does not show it")
        }
        return found + attachments(runs, sight) + files(sight)
    }

    static func isAboutTrouble(_ text: String) -> Bool {
        ["could not finish", "Budget reached", "Approval needed", "needs your", "wants to use", "asks for permission"]
            .contains { text.contains($0) }
    }

    private func attachments(_ runs: [Run], _ sight: Sight) -> [String] {
        let runsOfTask = Dictionary(grouping: runs.filter { $0.task != nil }, by: { $0.task ?? "" }).mapValues(\.count)
        return world.journal.work.flatMap { work -> [String] in
            let titles = Dictionary(grouping: sight.task(work.task)?.attachments ?? [], by: { $0 })
            return titles.filter { $0.value.count > runsOfTask[work.task] ?? 0 }.keys.sorted().map {
                "the task of \(work.client) carries \($0) \(titles[$0]?.count ?? 0) times"
            }
        }
    }

    private func files(_ sight: Sight) -> [String] {
        let paths = Dictionary(grouping: sight.driveItems.filter { !$0.isTrashed }, by: \.path)
        return paths.filter { $0.value.count > 1 }.keys.sorted().map {
            "Drive holds \(paths[$0]?.count ?? 0) times \($0)"
        }
    }

    /// Texts by the run they name.
    private func mentions(_ texts: [JSON]) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for json in texts {
            let text = json["text"]?.string ?? json.string ?? ""
            for part in text.components(separatedBy: "Run ").dropFirst() {
                let id = String(part.prefix(26))
                if ULID.isValid(id) { found[id, default: []].append(text) }
            }
        }
        return found
    }

    // MARK: 5. Nothing is silent

    private func ends(_ runs: [Run], _ sight: Sight) throws -> [String] {
        let alerts = sight.messages(in: "C0ALERTS").map(\.whole).joined(separator: "\n")
        return runs.flatMap { run -> [String] in
            switch run.state {
            case .done, .ignored: return []
            case .failed, .stopped, .doneWithProblems:
                return Proof.expect(
                    alerts.contains(run.id),
                    "the run \(run.id) ended \(run.state.rawValue) (\(run.sentence ?? "")) and nobody was told")
                    + Proof.expect(run.sentence?.isEmpty == false, "the run \(run.id) has no cause")
            case .needsInfo:
                let task = run.task.flatMap { sight.task($0) }
                return Proof.expect(
                    task?.comments.contains { $0.contains(run.id) } == true,
                    "the run \(run.id) waits for information and its task does not say so")
            case .waitingApproval:
                return Proof.expect(alerts.contains(run.id), "the run \(run.id) waits for people and nobody was told")
            case .queued, .starting, .running, .collecting, .delivering, .inReview, .revising, .stopping:
                return ["the run \(run.id) is \(run.state.rawValue) and never came to an end"]
            }
        }
    }

    // MARK: 3. What people decided is what the session was told, once

    private func answers(_ runs: [Run]) throws -> [String] {
        let approvals = try world.disk.read { db in
            try db.query("SELECT * FROM approval ORDER BY id").map(ApprovalRecord.init)
        }
        let sessions = Dictionary(uniqueKeysWithValues: runs.map { ($0.id, $0.session ?? "") })
        return approvals.flatMap { approval -> [String] in
            guard let session = try? world.anthropic.session(sessions[approval.runID]) else { return [] }
            let told = session.with { state in
                state.history.filter {
                    $0.type == "user.tool_confirmation" && $0.members["tool_use_id"]?.string == approval.eventID
                }.map { $0.members["result"]?.string ?? "" }
            }
            var found = Proof.expect(
                told.count <= 1, "the question \(approval.id) was answered \(told.count) times")
            let decision = world.journal.decisions[approval.id]
            switch approval.state {
            case .approved:
                found += Proof.expect(decision == true, "\(approval.id) is approved, but nobody approved it")
            case .denied: found += Proof.expect(decision == false, "\(approval.id) is denied, but nobody denied it")
            case .changed: found.append("\(approval.id) is changed, but nobody changed it")
            case .open: found.append("the question \(approval.id) is open and its run is over")
            case .expired, .void: break
            }
            found += Proof.expect(
                !told.contains("allow") || decision == true, "\(approval.id) was let through, but nobody approved it")
            return found
        }
    }

    // MARK: Money

    /// The cost of a run, however it ended, is what its sessions cost, to the cent: the run's row and the ledger say so. A
    /// session that the service itself ended tells its last figures to nobody.
    private func money(_ runs: [Run], _ sight: Sight) throws -> [String] {
        let costs = Dictionary(grouping: sight.sessions.filter { $0.run != nil }, by: { $0.run ?? "" })
        let unbalanced = try world.disk.read { try SpendCheck.complaints($0) }
        return runs.filter(\.state.isFinal).flatMap { run -> [String] in
            let own = costs[run.id] ?? []
            guard !own.contains(where: { $0.status == "terminated" }) else { return [] }
            let cost = own.reduce(Int64(0)) { $0 + Int64($1.costCents) * 10_000 }
            // The stand-in tells whole cents.
            return Proof.expect(
                abs(run.spent - cost) < 10_000 * Int64(max(1, own.count)),
                "the run \(run.id) (\(run.state.rawValue)) cost \(run.spent), its session \(cost)")
        } + unbalanced
    }

    /// The dearest request the scripts make, with room: how far a session may get beyond what was set aside for it.
    static let requestMicroUSDMax: Int64 = 500_000

    /// No session without money set aside for it first, none that cost more than that and one request, and nothing
    /// set aside for what is over.
    private func ledger(_ runs: [Run], _ sight: Sight) throws -> [String] {
        let holds = try world.disk.read { db in
            try db.query("SELECT run_id, reserved_micro_usd, is_open FROM spend_hold ORDER BY run_id, opening").map {
                (
                    run: try $0.text("run_id"), reserved: try $0.integer("reserved_micro_usd"),
                    isOpen: try $0.integer("is_open") == 1
                )
            }
        }
        let byRun = Dictionary(grouping: holds, by: \.run)
        let overdrawn = sight.sessions.flatMap { session -> [String] in
            guard let id = session.run else { return [] }
            guard let own = byRun[id] else { return ["the session \(session.id) of the run \(id) has no reservation"] }
            let reserved = own.map(\.reserved).max() ?? 0, cost = Int64(session.costCents) * 10_000
            return Proof.expect(
                cost <= reserved + Self.requestMicroUSDMax,
                "the session \(session.id) cost \(cost) with \(reserved) reserved for it")
        }
        let over = Set(runs.filter(\.state.isFinal).map(\.id))
        return overdrawn
            + holds.filter { $0.isOpen && over.contains($0.run) }.map { "money is still held for the run \($0.run)" }
    }

    // MARK: 4. At rest nothing is held

    private func rest(_ runs: [Run]) throws -> [String] {
        let notices = try world.disk.read {
            try $0.query(
                """
                SELECT channel, kind, state, error FROM step
                WHERE purpose = 'notice' AND state IN ('pending', 'intended') ORDER BY id LIMIT 5
                """)
        }
        let loose = try world.disk.read {
            try $0.query("SELECT run_id, session_id FROM loose_session WHERE rested_at IS NULL ORDER BY run_id LIMIT 5")
        }
        return runs.filter { $0.lease != nil }.map { "the run \($0.id) (\($0.state.rawValue)) is still leased" }
            + loose.map { "a session was never seen to rest: \($0)" }
            + notices.map { "a notice still waits: \($0)" }
    }

    // MARK: The machine's own history

    private func trails() throws -> [String] {
        let rows = try world.disk.read { try $0.query("SELECT run_id, kind FROM run_event ORDER BY run_id, seq") }
        var states: [String: [String]] = [:]
        for row in rows { states[try row.text("run_id"), default: []].append(try row.text("kind")) }
        return states.keys.sorted().flatMap {
            RunModel.whole.complaints(about: .init(run: $0, states: states[$0] ?? []))
        }
    }
}
