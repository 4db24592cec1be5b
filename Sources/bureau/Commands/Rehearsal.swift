import BureauDomain
import BureauEngine
import Foundation

/// What `bureau run` would do, for `--dry-run`: nothing is stored, nobody is asked.
struct Rehearsal {
    let request: NewRun
    let config: AgentConfig
    let limit: MicroUSD
    let lines: [BudgetDesk.Line]

    init(_ composition: Composition, _ config: AgentConfig, _ request: NewRun) async throws {
        self.request = request
        self.config = config
        limit =
            request.costMax ?? config.limits.sessionCostMax ?? composition.settings.engine.defaultSessionCostMax
        let day = SpendAccount.day(composition.doors.now())
        let accounts = Set(SpendAccount.of(agent: request.agent, client: request.clientSlug, day: day))
        lines = try await composition.budgetDesk.list().filter { accounts.contains($0.account) }
    }

    private var payload: BureauDomain.JSONValue? {
        request.payload.flatMap { try? BureauDomain.JSONValue.parse(Array($0.utf8)) }
    }

    /// Fields the agent needs and the payload does not have. A task may still bring them.
    private var missing: [String] {
        config.payloadSource.requiredFields.filter { payload?.object?[$0] == nil }
    }

    private var short: BudgetDesk.Line? {
        lines.first { line in line.left.map { $0 < limit } ?? false && line.budget?.onExhausted != .warnOnly }
    }

    private var deliveries: [String] {
        let delivery = config.delivery
        return [
            delivery.googleDrive.map { _ in "google_drive" }, delivery.clickUp.map { _ in "clickup" },
            delivery.asana.map { _ in "asana" }, delivery.slack.map { "slack \($0.channel)" },
            delivery.folder.map { _ in "folder" },
        ].compactMap { $0 }
    }

    private var verdict: String {
        if !missing.isEmpty, request.taskID == nil { return "it would wait for: \(missing.joined(separator: ", "))" }
        guard let short else { return "it would start" }
        return short.budget?.onExhausted == .stop
            ? "it would be stopped: \(short.account.words) has \(short.left ?? .zero) left"
            : "it would wait for budget: \(short.account.words) has \(short.left ?? .zero) left"
    }

    var facts: Facts {
        var facts = Facts()
        facts.add("verdict", verdict)
        facts.add("agent", "\(config.displayName) \(config.version)")
        facts.add("client", request.clientName ?? request.clientSlug ?? "none: the agency pays")
        facts.add("task", request.taskID)
        facts.add("payload", payload?.compact)
        facts.add("would reserve", "\(limit)")
        for line in lines {
            let left = line.left.map { "\($0) left of \(line.budget?.limit ?? .zero)" } ?? "no limit"
            facts.add("in", "\(line.account.words): \(left)")
        }
        facts.add("would deliver", deliveries.joined(separator: ", "))
        return facts
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("dry_run", .bool(true)), ("verdict", .string(verdict)), ("agent", .string(config.name)),
            ("agent_version", .string(config.version)), ("client", .text(request.clientSlug)),
            ("task_id", .text(request.taskID)), ("payload", payload ?? .null),
            ("missing_fields", .array(missing.map { .string($0) })), ("would_reserve_usd", .usd(limit)),
            ("budgets", .array(lines.map(\.document))),
            ("would_deliver", .array(deliveries.map { .string($0) })),
        ])
    }
}
