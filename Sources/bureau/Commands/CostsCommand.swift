import ArgumentParser
import BureauDomain
import BureauEngine

struct CostsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "costs", abstract: "What runs have cost, by client, agent, day, model, trigger or status.",
        discussion: """
            bureau costs --by client --month 2026-11
            bureau costs check
            """,
        subcommands: [CostsListCommand.self, CostsCheckCommand.self], defaultSubcommand: CostsListCommand.self)
}

struct CostsCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Recompute the ledger from its entries and compare every figure.",
        discussion: "Ends with 1 when something does not add up. Safe while a server runs.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            let complaints = try await Records.with(try common.settings()) {
                try await SpendCheck(database: $0.database).complaints()
            }
            let document: BureauDomain.JSONValue = .made([
                ("ok", .bool(complaints.isEmpty)), ("complaints", .array(complaints.map { .string($0) })),
            ])
            try output.print(document) {
                if complaints.isEmpty { Terminal.say("The ledger adds up.") }
                for complaint in complaints { Terminal.say(PlainLine.of(complaint)) }
            }
            guard complaints.isEmpty else {
                Terminal.note("bureau: the ledger does not add up\n  fix: keep a copy of the database and report this")
                throw ExitCode(ExitStatus.failed)
            }
        }
    }
}

struct CostsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "What runs have cost.",
        discussion: """
            bureau costs --by client --month 2026-11
            bureau costs --by day --csv > costs.csv

            Months and days are UTC, and a run counts when it was accepted.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "client, agent, day, model, trigger or status.") var by: CostDesk.Grouping = .client
    @Option(help: "Only this month, such as 2026-11.") var month: String?
    @Flag(help: "Print comma-separated values.") var csv = false

    func validate() throws {
        _ = try spendMonth()
        if csv && output.isJSON { throw ValidationError("--csv and --json exclude each other; leave out one.") }
    }

    private func spendMonth() throws -> SpendMonth? {
        guard let month else { return nil }
        if let known = SpendMonth(month) { return known }
        throw ValidationError("--month takes a year and a month such as 2026-11, not '\(PlainLine.of(month))'.")
    }

    func run() async throws {
        try await Terminal.guarded {
            let month = try spendMonth()
            try await Records.with(try common.settings()) { records in
                let lines = try await CostDesk(database: records.database).lines(by: by, month: month)
                if csv { return Terminal.say(Self.csv(lines, by: by)) }
                try output.print(Self.listing(lines, by: by))
            }
        }
    }

    static func listing(_ lines: [CostDesk.Line], by grouping: CostDesk.Grouping) -> Listing {
        var listing = Listing(
            [
                .init(grouping.rawValue.uppercased(), isElastic: true), .init("RUNS", isRight: true),
                .init("COST", isRight: true), .init("UNPRICED", isRight: true),
            ], empty: "No runs.")
        for line in lines {
            let cells = [
                Listing.Cell(line.name.isEmpty ? "none" : line.name, exact: line.name, .strong),
                Listing.Cell("\(line.runs)"), Listing.Cell("\(line.spent)"), Listing.Cell("\(line.unpricedRuns)"),
            ]
            listing.add(
                cells,
                .made([
                    (grouping.rawValue, line.name.isEmpty ? .null : .string(line.name)),
                    ("runs", .whole(Int(line.runs))),
                    ("cost_usd", JSONNumber(Double(line.spent.rawValue) / 1_000_000).map { .number($0) } ?? .null),
                    ("unpriced_runs", .whole(Int(line.unpricedRuns))),
                ]))
        }
        return listing
    }

    /// Amounts in whole and exact dollars, six digits after the point.
    static func csv(_ lines: [CostDesk.Line], by grouping: CostDesk.Grouping) -> String {
        let rows = lines.map { line in
            let rest = String(line.spent.rawValue % 1_000_000)
            let amount =
                "\(line.spent.rawValue / 1_000_000)." + String(repeating: "0", count: 6 - rest.count) + rest
            return "\(quoted(line.name)),\(line.runs),\(amount),\(line.unpricedRuns)"
        }
        return (["\(grouping.rawValue),runs,cost_usd,unpriced_runs"] + rows).joined(separator: "\n")
    }

    /// A name that a spreadsheet would take for a formula is kept as text by a leading apostrophe.
    private static func quoted(_ name: String) -> String {
        let isFormula = name.first.map { "=+-@".contains($0) } ?? false
        let safe = isFormula ? "'" + name : name
        guard safe.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return safe }
        return "\"\(safe.replacing("\"", with: "\"\""))\""
    }
}

extension CostDesk.Grouping: ExpressibleByArgument {}
