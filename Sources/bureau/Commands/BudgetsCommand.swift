import ArgumentParser
import BureauDomain
import BureauEngine

struct BudgetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budgets", abstract: "What may be spent, what is promised to runs, what is spent, what is left.",
        discussion: """
            bureau budgets
            bureau budgets set client acme 200
            bureau budgets raise run 01KA3F8Q7Q 12.50

            Days and months are UTC.
            """,
        subcommands: [BudgetsListCommand.self, BudgetsSetCommand.self, BudgetsRaiseCommand.self],
        defaultSubcommand: BudgetsListCommand.self)
}

struct BudgetsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Today's and this month's budgets.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            try await Composition.with(try common.settings()) { composition in
                try output.print(BudgetView.listing(try await composition.budgetDesk.list()))
            }
        }
    }
}

struct BudgetsSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Set a limit for every day or month from now on.",
        discussion: """
            bureau budgets set agency 50
            bureau budgets set client acme 200
            bureau budgets set agent sentinel 20 --per day

            The agency's limit is for a day, a client's for a month, an agent's for either.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "agency, client SLUG or agent NAME, then the limit in dollars.") var words: [String]
    @Option(help: "For an agent: day or month.") var per: SpendAccount.Span?
    @Option(help: "Why, for the audit log.") var reason: String?

    func validate() throws { _ = try BudgetWords(words, per: per, mayBeRun: false) }

    func run() async throws {
        try await Terminal.guarded {
            let said = try BudgetWords(words, per: per, mayBeRun: false)
            guard case .account(let owner, let span) = said.target else { return }
            do {
                try await Composition.with(try common.settings()) { composition in
                    let before = try await composition.budgetDesk.limit(owner, span)
                    let line = try await composition.budgetDesk.set(owner, span, to: said.limit, by: Person.name)
                    try await composition.auditDesk.note(
                        .here, "budget set", budget: line, before: before, reason: reason)
                    try output.print(line.document) { Terminal.say(BudgetView.sentence(line)) }
                }
            } catch let refused as BudgetDesk.Refused {
                throw SetupError(
                    PlainLine.of(refused.description), fix: "bureau clients list and bureau agents list show them",
                    exitCode: ExitStatus.failed)
            }
        }
    }
}

struct BudgetsRaiseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "raise", abstract: "Raise a limit for this day, this month or one run; what waits for it goes on.",
        discussion: """
            bureau budgets raise client acme 250
            bureau budgets raise run 01KA3F8Q7Q 12.50
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "agency, client SLUG, agent NAME or run ID, then the new limit in dollars.") var words: [String]
    @Option(help: "For an agent: day or month.") var per: SpendAccount.Span?
    @Option(help: "Why, for the audit log.") var reason: String?

    func validate() throws { _ = try BudgetWords(words, per: per, mayBeRun: true) }

    func run() async throws {
        try await Terminal.guarded {
            let said = try BudgetWords(words, per: per, mayBeRun: true)
            do {
                try await Composition.with(try common.settings()) { composition in
                    switch said.target {
                    case .run(let id):
                        let before = try await composition.desk.find(id)
                        let run = try await composition.budgetDesk.raise(
                            run: before.id, to: said.limit, by: Person.name)
                        try await composition.auditDesk.note(
                            .here, "run limit raised to \(said.limit)", run: before, after: run, reason: reason)
                        try output.print(RunView(run).object) {
                            Terminal.say("Run \(run.id) may cost \(said.limit) now.")
                        }
                    case .account(let owner, let span):
                        let before = try await composition.budgetDesk.limit(owner, span)
                        let line = try await composition.budgetDesk.raise(owner, span, to: said.limit, by: Person.name)
                        try await composition.auditDesk.note(
                            .here, "budget raised", budget: line, before: before, reason: reason)
                        try output.print(line.document) { Terminal.say(BudgetView.sentence(line)) }
                    }
                }
            } catch let refused as BudgetDesk.Refused {
                throw SetupError(refused.description, fix: "see bureau budgets", exitCode: ExitStatus.failed)
            }
        }
    }
}

extension SpendAccount.Span: ExpressibleByArgument {}

/// "client acme 200" as people type it.
struct BudgetWords {
    enum Target: Equatable {
        case account(SpendAccount.Owner, SpendAccount.Span)
        case run(String)
    }

    let target: Target
    let limit: MicroUSD

    init(_ words: [String], per: SpendAccount.Span?, mayBeRun: Bool) throws {
        guard let last = words.last, words.count >= 2, let limit = MicroUSD(typed: last) else {
            throw ValidationError("Say whose budget and how much, as in: client acme 200")
        }
        self.limit = limit
        let name = words.count == 3 ? words[1] : ""
        switch (words[0], words.count) {
        case ("agency", 2) where per != .month: target = .account(.agency, .day)
        case ("client", 3) where per != .day: target = .account(.client(name), .month)
        case ("agent", 3): target = .account(.agent(name), per ?? .month)
        case ("run", 3) where mayBeRun && per == nil: target = .run(name)
        default:
            let run = mayBeRun ? ", run ID" : ""
            throw ValidationError(
                "A budget is of the agency (a day), client SLUG (a month), agent NAME (--per day or month)\(run); then the dollars."
            )
        }
    }
}

/// Budgets as commands show them.
enum BudgetView {
    static let barWidth = 20

    static func listing(_ lines: [BudgetDesk.Line]) -> Listing {
        var listing = Listing(
            [
                .init("SCOPE", isElastic: true), .init("PERIOD"), .init("LIMIT", isRight: true),
                .init("RESERVED", isRight: true), .init("SPENT", isRight: true), .init("LEFT", isRight: true),
                .init("BAR"), .init("WHEN USED UP"),
            ], empty: "No budgets.")
        for line in lines {
            listing.add(
                [
                    Listing.Cell(line.account.scope, .strong), Listing.Cell(line.account.period),
                    Listing.Cell(line.budget.map { "\($0.limit)" } ?? "none"),
                    Listing.Cell("\(line.balance.reserved)"), Listing.Cell("\(line.balance.spent)"),
                    Listing.Cell(line.left.map { "\($0)" } ?? ""), Listing.Cell(bar(line), tone(line)),
                    Listing.Cell(line.budget?.onExhausted.rawValue ?? ""),
                ], line.document)
        }
        return listing
    }

    static func sentence(_ line: BudgetDesk.Line) -> String {
        "\(line.account.scope), \(line.account.period): limit \(line.budget.map { "\($0.limit)" } ?? "none"), "
            + "\(line.balance.spent) spent, \(line.balance.reserved) reserved, \(line.left.map { "\($0)" } ?? "all") left."
    }

    /// Spent as #, promised as +, free as a point.
    static func bar(_ line: BudgetDesk.Line) -> String {
        guard let limit = line.budget?.limit, limit > .zero else { return "" }
        func cells(_ amount: MicroUSD) -> Int {
            min(barWidth, Int((Double(amount.rawValue) / Double(limit.rawValue) * Double(barWidth)).rounded(.up)))
        }
        let spent = cells(line.balance.spent), committed = max(spent, cells(line.balance.committed))
        return String(repeating: "#", count: spent) + String(repeating: "+", count: committed - spent)
            + String(repeating: ".", count: barWidth - committed)
    }

    private static func tone(_ line: BudgetDesk.Line) -> Style.Tone? {
        guard let budget = line.budget else { return nil }
        if line.balance.committed >= budget.limit { return .bad }
        return line.balance.committed >= budget.warnFrom ? .warning : .good
    }
}
