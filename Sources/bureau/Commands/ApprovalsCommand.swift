import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation
import Logging

struct ApprovalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals", abstract: "Questions that agents may not answer themselves.",
        subcommands: [
            ApprovalsList.self, ApprovalsShow.self, ApprovalsApprove.self, ApprovalsChange.self, ApprovalsDeny.self,
            ApprovalsAsk.self,
        ],
        defaultSubcommand: ApprovalsList.self)
}

/// What commands about one question share.
enum ApprovalCommands {
    static func find(_ idOrPrefix: String, _ composition: Composition) async throws -> ApprovalRecord {
        let found = try await composition.approvalDesk.beginning(with: idOrPrefix)
        guard let approval = found.first, found.count == 1 else {
            throw SetupError(
                found.isEmpty
                    ? "there is no approval \(PlainLine.of(idOrPrefix))"
                    : "\(PlainLine.of(idOrPrefix)) fits several approvals: \(found.map(\.id).joined(separator: ", "))",
                fix: "bureau approvals list --all shows them; write more characters of the id",
                exitCode: ExitStatus.failed)
        }
        return approval
    }

    static var me: ApprovalPolicy.Person { .bureau(name: ProcessInfo.processInfo.userName) }

    /// What a decision came to, as words and exit code.
    static func conclude(_ outcome: ApprovalDesk.Outcome, _ output: OutputOptions) throws {
        if case .decided(let approval) = outcome {
            let isOver = approval.isAboutMoney && approval.state == .denied
            return try output.print(ApprovalView(approval).object) {
                let next = approval.state == .changed ? " The agent is told to make the call again so." : ""
                Terminal.say("\(ApprovalWords.outcome(approval)). The run \(isOver ? "stops" : "goes on").\(next)")
            }
        }
        let words = SlackFrontDesk.words(outcome, .utc) ?? "nothing was decided"
        Terminal.note("bureau: \(words)\n  see: bureau approvals list")
        switch outcome {
        case .refused: throw ExitCode(ExitStatus.notAllowed)
        case .decided, .already, .unknown, .altered, .short, .unfit: throw ExitCode(ExitStatus.failed)
        }
    }
}

struct ApprovalsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "What waits for a decision.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Flag(help: "Decided ones too.") var all = false

    func run() async throws {
        try await Terminal.guarded {
            try await Composition.with(try common.settings()) { composition in
                let found = try await composition.approvalDesk.list(isAll: all)
                var listing = Listing(
                    [
                        .init("APPROVAL"), .init("STATE"), .init("RUN"), .init("ASKED"), .init("EXPIRES"),
                        .init("WHAT", isElastic: true),
                    ], empty: "Nothing waits for a decision.")
                let now = composition.doors.now()
                for approval in found {
                    listing.add(ApprovalView(approval).cells(now: now), ApprovalView(approval).object)
                }
                try output.print(listing)
            }
        }
    }
}

struct ApprovalsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One question with its exact content.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The approval's id, or its first characters.") var id: String

    func run() async throws {
        try await Terminal.guarded {
            try await Composition.with(try common.settings()) { composition in
                let view = ApprovalView(try await ApprovalCommands.find(id, composition))
                try output.print(view.object) { Terminal.say(view.text) }
            }
        }
    }
}

struct ApprovalsApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "approve", abstract: "Let it happen.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The approval's id, or its first characters.") var id: String

    func run() async throws {
        try await Terminal.guarded {
            try await Composition.with(try common.settings()) { composition in
                let found = try await ApprovalCommands.find(id, composition)
                try ApprovalCommands.conclude(
                    try await composition.approvalDesk.approve(found.id, by: ApprovalCommands.me, on: "cli"), output)
            }
        }
    }
}

struct ApprovalsDeny: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny", abstract: "Do not let it happen; the agent is told why.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The approval's id, or its first characters.") var id: String
    @Option(help: "Why; the agent is told.") var reason: String

    func run() async throws {
        try await Terminal.guarded {
            try await Composition.with(try common.settings()) { composition in
                let found = try await ApprovalCommands.find(id, composition)
                try ApprovalCommands.conclude(
                    try await composition.approvalDesk.deny(
                        found.id, by: ApprovalCommands.me, on: "cli", reason: reason), output)
            }
        }
    }
}

/// A question as commands show it.
struct ApprovalView {
    let approval: ApprovalRecord
    init(_ approval: ApprovalRecord) { self.approval = approval }

    var object: BureauDomain.JSONValue { approval.document }

    func cells(now: Int64) -> [Listing.Cell] {
        [
            Listing.Cell(ShortID.of(approval.id), exact: approval.id, .strong),
            Listing.Cell(approval.state.rawValue, approval.state == .open ? .warning : nil),
            Listing.Cell(ShortID.of(approval.runID), exact: approval.runID),
            Listing.Cell(Clock.moment(approval.requestedAt, now: now), exact: Clock.iso(approval.requestedAt)),
            Listing.Cell(Clock.moment(approval.expiresAt, now: now), exact: Clock.iso(approval.expiresAt)),
            Listing.Cell(approval.effect),
        ]
    }

    var text: String {
        let version = ApprovalWords.version(approval).map { "\n\(PlainLine.of($0)) (\(approval.previous ?? ""))" } ?? ""
        let why = approval.why.map { "\nWhy: \(PlainLine.of($0))" } ?? ""
        let otherwise = ApprovalWords.otherwise(approval).map { "\n\(PlainLine.of($0))" } ?? ""
        let changed = approval.changedInput.map { "\n\nAs changed\n\(Self.pretty($0))" } ?? ""
        return """
            \(PlainLine.of(ApprovalWords.effect(approval)))\(version)\(why)
            \(PlainLine.of(ApprovalWords.outcome(approval))) · run \(approval.runID) · expires \(Clock.iso(approval.expiresAt))\(otherwise)

            \(PlainLine.of(approval.tool))
            \(Self.pretty(approval.input))\(changed)
            """
    }

    private static func pretty(_ input: String) -> String {
        let text = (try? BureauDomain.JSONValue.parse(Array(input.utf8)).pretty) ?? input
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { PlainLine.of(String($0)) }
            .joined(separator: "\n")
    }
}
