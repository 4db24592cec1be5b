import BureauDomain
package import BureauStorage
package import BureauVendors

/// What a server says of itself.
package struct ServerStatus: Sendable {
    let database: any Database
    let catalog: AgentCatalog
    let counters: Counters
    let doors: Doors
    let version: String
    package let startedAt: Int64
    /// With the name of the account each stands before; nil for the environment's own.
    let governors: [(account: String?, governor: RateGovernor)]
    let budgets: BudgetDesk?
    /// Nil where nobody starts or stops anything: a test, a command.
    let pulse: Pulse?

    package init(
        database: any Database, catalog: AgentCatalog, counters: Counters, doors: Doors, version: String,
        governors: [(account: String?, governor: RateGovernor)] = [], budgets: BudgetDesk? = nil,
        pulse: Pulse? = nil
    ) {
        self.pulse = pulse
        self.budgets = budgets
        self.governors = governors
        self.database = database
        self.catalog = catalog
        self.counters = counters
        self.doors = doors
        self.version = version
        startedAt = doors.now()
    }

    package struct Health: Sendable {
        package let isWell: Bool
        package let json: String
    }

    package func health() async -> Health {
        let databaseOK = (try? await database.query("SELECT 1 AS one")) != nil
        let uptime = (doors.now() - startedAt) / 1_000
        let json: BureauDomain.JSONValue = .object(
            JSONObject([
                ("status", .string(databaseOK ? "ok" : "failing")), ("uptime", .number(JSONNumber(Int(uptime)))),
                ("version", .string(version)),
                ("agents_loaded", .array(catalog.agents.map { .string($0.config.name) })),
                ("db_ok", .bool(databaseOK)),
            ]))
        return Health(isWell: databaseOK, json: json.compact)
    }

    /// Whether new work should be sent here: everything has started, nothing is being drained or stopped, and the
    /// database answers. A paused intake takes signals in, so it is ready.
    package func isReady() async -> Bool {
        guard pulse.map({ $0.phase == .serving }) ?? true else { return false }
        return (try? await database.read { try IntakeStore(db: $0).record().mode.takesUpRests }) ?? false
    }

    /// How the last request to each vendor went, in the order of the connections.
    package var vendors: [VendorLine] {
        governors.map { VendorLine(account: $0.account, vendor: $0.governor.vendor, pulse: $0.governor.pulse) }
    }

    /// Prometheus text format 0.0.4.
    package func metrics() async -> String {
        var lines: [String] = []
        for (name, values) in counters.snapshot() {
            lines += ["# HELP \(name.rawValue) \(name.help)", "# TYPE \(name.rawValue) counter"]
            lines += values.map { "\(name.rawValue)\(labels($0.labels)) \($0.value)" }
        }
        lines += rates()
        lines += await money()
        lines += ["# HELP bureau_runs Runs in each state.", "# TYPE bureau_runs gauge"]
        let states = (try? await database.read { try RunStore(db: $0).countByState() }) ?? []
        lines += states.map { "bureau_runs\(labels(["state": $0.0])) \($0.1)" }
        lines += await queue()
        lines += await intake()
        lines += [
            "# HELP bureau_secrets_masked_total Values of this installation taken out of texts before they left.",
            "# TYPE bureau_secrets_masked_total counter",
            "bureau_secrets_masked_total \(SecretMask.process.removedCount)",
            "# HELP bureau_uptime_seconds Seconds since this process started.", "# TYPE bureau_uptime_seconds gauge",
            "bureau_uptime_seconds \((doors.now() - startedAt) / 1_000)",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static let budgetLinesMax = 200

    /// Today's and this month's accounts. Dollars with every digit that is kept.
    private func money() async -> [String] {
        guard let found = try? await budgets?.list().prefix(Self.budgetLinesMax), !found.isEmpty else { return [] }
        func series(_ name: String, _ help: String, _ value: (BudgetDesk.Line) -> MicroUSD?) -> [String] {
            ["# HELP \(name) \(help)", "# TYPE \(name) gauge"]
                + found.compactMap { line in
                    value(line).map {
                        "\(name)\(labels(["scope": line.account.scope, "period": line.account.period])) \($0.usd)"
                    }
                }
        }
        return series("bureau_budget_limit_usd", "What may be spent in a period.") { $0.budget?.limit }
            + series("bureau_budget_reserved_usd", "Promised to runs and not yet spent.") { $0.balance.reserved }
            + series("bureau_budget_spent_usd", "Spent in a period.") { $0.balance.spent }
    }

    private func intake() async -> [String] {
        guard let mode = try? await database.read({ try IntakeStore(db: $0).record().mode }) else { return [] }
        return ["# HELP bureau_intake_mode 1 for the mode the intake is in.", "# TYPE bureau_intake_mode gauge"]
            + IntakeMode.allCases.map { "bureau_intake_mode\(labels(["mode": $0.rawValue])) \($0 == mode ? 1 : 0)" }
    }

    private func queue() async -> [String] {
        let now = doors.now()
        guard let figures = try? await database.read({ try QueueFigures(db: $0, now: now) }) else { return [] }
        return [
            "# HELP bureau_queue_waiting Runs that wait for a slot.", "# TYPE bureau_queue_waiting gauge",
            "bureau_queue_waiting \(figures.waiting)",
            "# HELP bureau_queue_oldest_seconds How long the longest-waiting run has waited.",
            "# TYPE bureau_queue_oldest_seconds gauge",
            "bureau_queue_oldest_seconds \(figures.oldestMilliseconds / 1_000)",
            "# HELP bureau_queue_parked Dead letters, up to \(QueueFigures.parkedCountMax).",
            "# TYPE bureau_queue_parked gauge", "bureau_queue_parked \(figures.parked)",
            "# HELP bureau_runs_stale Runs that should be in work and that nobody has held for 15 seconds.",
            "# TYPE bureau_runs_stale gauge", "bureau_runs_stale \(figures.stale)",
        ]
    }

    private func rates() -> [String] {
        let figures = governors.map { account, governor in
            (
                ["vendor": governor.vendor.rawValue].merging(account.map { ["account": $0] } ?? [:]) { $1 },
                governor.figures
            )
        }
        guard !figures.isEmpty else { return [] }
        func series(_ name: String, _ type: String, _ help: String, _ value: (RateFigures) -> Int64) -> [String] {
            ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
                + figures.map { "\(name)\(labels($0.0)) \(value($0.1))" }
        }
        return series("bureau_vendor_requests_total", "counter", "Requests sent to a vendor.", \.sent)
            + series("bureau_vendor_waits_total", "counter", "Requests that waited for budget.", \.waited)
            + series("bureau_vendor_waiting", "gauge", "Requests that wait for budget now.", \.waiting)
            + series("bureau_vendor_limited_total", "counter", "Answers that said: too many requests.", \.limited)
            + series("bureau_vendor_refused_total", "counter", "Requests turned away unsent.", \.refused)
            + series(
                "bureau_vendor_circuit_openings_total", "counter", "Times a failing vendor was left alone.",
                \.circuitOpenings)
    }

    private func labels(_ labels: [String: String]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ",") + "}"
    }
}
