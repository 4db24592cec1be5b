import BureauDomain
import Foundation

@testable import BureauEngine
@testable import BureauSandbox

/// Those who work at the agency: they give work, change their minds, answer questions, stop what they do not like.
struct People {
    let world: World

    static let ready = "ready (automate)"
    /// How a session goes, and how often of 100.
    static let scenarios: [(ScenarioName, Int)] = [
        (.sentinel, 2), (.requiresAction, 16), (.customTool, 12), (.rescheduled, 16), (.drops, 2), (.noFiles, 5),
        (.exhausted, 5), (.fails, 4), (.terminated, 4), (.refusal, 4), (.unknownEvents, 8), (.silent, 2),
        (.hostileNames, 1), (.runaway, 1),
    ]

    func live(until end: Int64) async {
        var number = 0
        await withTaskGroup(of: Void.self) { group in
            while world.scheduler.now < end, !world.isOver {
                try? await world.scheduler.sleep(.seconds(pause()))
                guard world.scheduler.now < end, !world.isOver else { break }
                number += 1
                let name = "Client \(number)"
                group.addTask { await give(name) }
                if world.chance.isHit(percent: 4) { await stopSomething() }
            }
        }
    }

    /// Work comes in bursts: often a second task soon after the first.
    private func pause() -> Int {
        world.chance.isHit(percent: 30) ? world.chance.among(0...30) : world.chance.among(1_200...6_200)
    }

    /// One piece of work for a new client.
    private func give(_ client: String) async {
        let agent = world.chance.pick(Agents.names)
        let isComplete = !world.chance.isHit(percent: 6)
        world.anthropic.add(
            ScenarioPlan(scenario: scenario(), agentID: nil, left: 1, members: members()))
        guard let task = add(client, agent, isComplete: isComplete) else { return }
        world.journal.work.append(
            Journal.Work(task: task, client: client, agent: agent, isComplete: isComplete))
        let index = world.journal.work.count - 1
        let wishes = world.chance.isHit(percent: 12) ? world.chance.among(2...3) : 1
        for wish in 1...wishes {
            world.journal.work[index].wishes += 1
            move(task, to: Self.ready)
            guard wish < wishes else { break }
            // They change their minds: the task goes back, and then forth again.
            let seconds = world.chance.among(1...(world.chance.isHit(percent: 50) ? 20 : 2_000))
            try? await world.scheduler.sleep(.seconds(seconds))
            move(task, to: "to do")
            try? await world.scheduler.sleep(.seconds(world.chance.among(1...600)))
        }
        world.journal.work[index].isLeftStanding = true
        guard !isComplete else { return }
        // Somebody fills in what is missing, some time later, and sets the status again.
        try? await world.scheduler.sleep(.seconds(world.chance.among(1_800...14_400)))
        guard !world.isOver else { return }
        _ = try? world.clickUp.change { workspace, now throws(ClickUpRefusal) in
            try workspace.setField(Self.field(2), of: task, to: .string(client), now: now)
            return ((), [])
        }
        world.journal.work[index].isComplete = true
        world.journal.work[index].wishes += 1
        move(task, to: "to do")
        move(task, to: Self.ready)
    }

    private func scenario() -> ScenarioName {
        var left = world.chance.below(Self.scenarios.reduce(0) { $0 + $1.1 })
        for (name, share) in Self.scenarios {
            if left < share { return name }
            left -= share
        }
        return .rescheduled
    }

    private func members() -> [String: JSON] {
        [
            "asks": .int(world.chance.among(1...2)), "list_lag_ms": .int(world.chance.among(0...900)),
            "status_lag_ms": .int(world.chance.among(0...4_000)),
            "files_delay_ms": .int(world.chance.among(0...6_000)), "heartbeat_ms": .int(20_000),
        ]
    }

    private static func field(_ number: Int) -> String { "f1e1d000-0000-4000-8000-00000000000\(number)" }

    private func add(_ client: String, _ agent: String, isComplete: Bool) -> String? {
        var draft = ClickUpTaskDraft(name: "Work for \(client)", status: nil)
        draft.values = [Self.field(1): .string(client.lowercased().replacing(" ", with: "-"))]
        if isComplete { draft.values[Self.field(2)] = .string(client) }
        let list = Agents.lists[agent] ?? ""
        return try? world.clickUp.change { workspace, now throws(ClickUpRefusal) in
            let (task, sent) = try workspace.addTask(draft, to: list, by: .boardUser, now: now)
            return (task.id, sent)
        }
    }

    private func move(_ task: String, to status: String) {
        world.trace.line("people", "move \(task)", status)
        _ = try? world.clickUp.change { workspace, now throws(ClickUpRefusal) in
            ((), try workspace.setStatus(of: task, to: status, by: .boardUser, now: now))
        }
    }

    private func stopSomething() async {
        guard let server = world.server,
            let run = try? await server.desk.list(RunFilter(state: .running, limit: 5)).first
        else { return }
        world.trace.line("people", "stop", run.id)
        if (try? await server.desk.stop(run.id, by: "Jake (demo)", reason: "not now")) != nil {
            world.journal.count("stop")
        }
    }

    /// Types a slash command now and then; Slack hands some of them over twice, perhaps to another server.
    func type(until end: Int64) async {
        var number = 0
        while world.scheduler.now < end, !world.isOver {
            try? await world.scheduler.sleep(.seconds(world.chance.among(3_600...36_000)))
            guard world.scheduler.now < end, !world.isOver else { return }
            number += 1
            let isStranger = world.chance.isHit(percent: 20)
            let client = world.chance.pick(Agents.regularClients)
            for _ in 0...(world.chance.isHit(percent: 40) ? 1 : 0) {
                await type("trigger-\(number)", "run rounds \(client)", by: isStranger ? "U0ANA" : "U0JAKE")
                try? await world.scheduler.sleep(.seconds(world.chance.among(1...30)))
            }
        }
    }

    private func type(_ trigger: String, _ text: String, by user: String) async {
        let fields = ["command": "/bureau", "text": text, "user_id": user, "trigger_id": trigger]
        guard let server = world.server,
            let request = SlackCommandRequest({ fields[$0] }, body: Data("\(fields)".utf8), remoteAddress: "sandbox")
        else { return }
        world.trace.line("people", "type", trigger)
        guard let answer = try? await server.commands.carryOut(request), !server.life.isDead else { return }
        if user == "U0ANA", answer.contains("on its way") {
            world.journal.complaints.append("a stranger started a run with \(trigger)")
        }
        world.journal.typed[trigger] = (world.journal.typed[trigger] ?? false) || answer.contains("on its way")
        world.journal.count("slash command")
    }

    /// Looks at the open questions now and then, like people do: some are answered at once, some late, some never.
    func decide() async {
        while !world.isOver {
            try? await world.scheduler.sleep(.seconds(120))
            guard let server = world.server, let open = try? await server.approvals.list() else { continue }
            for approval in open where world.chance.isHit(percent: isProcrastinating(approval) ? 2 : 30) {
                await answer(approval, at: server)
                // A second click, perhaps by somebody else.
                if world.chance.isHit(percent: 20) { await answer(approval, at: server) }
            }
        }
    }

    /// Some questions nobody likes: they are answered late or never.
    private func isProcrastinating(_ approval: ApprovalRecord) -> Bool {
        approval.id.utf8.last.map { $0 % 8 == 0 } ?? false
    }

    private func answer(_ approval: ApprovalRecord, at server: SimulatedServer) async {
        let isStranger = world.chance.isHit(percent: 10)
        let isYes = world.chance.isHit(percent: 60)
        let person = ApprovalPolicy.Person.slack(id: isStranger ? "U0ANA" : "U0JAKE", name: "Jake (demo)")
        let outcome =
            isYes
            ? try? await server.approvals.approve(approval.id, by: person, on: "slack")
            : try? await server.approvals.deny(approval.id, by: person, on: "slack", reason: "Not this week")
        if isStranger, case .decided = outcome {
            world.journal.complaints.append("a stranger decided \(approval.id)")
        }
        guard !isStranger else { return }
        world.trace.line("people", isYes ? "approve" : "deny", approval.id)
        // Without an answer it may have been decided all the same: what counts is what was tried first and stood.
        if case .decided = outcome { world.journal.decisions[approval.id] = isYes }
        if outcome == nil, world.journal.decisions[approval.id] == nil {
            let state = (try? world.disk.read { try ApprovalStore(db: $0).find(approval.id)?.state }) ?? .open
            if state == (isYes ? .approved : .denied) { world.journal.decisions[approval.id] = isYes }
        }
    }
}
