import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation
import Logging

struct ApprovalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals", abstract: "Questions that agents may not answer themselves.",
        subcommands: [ApprovalsList.self, ApprovalsShow.self, ApprovalsApprove.self, ApprovalsDeny.self],
        defaultSubcommand: ApprovalsList.self)
}

private struct ApprovalSession {
    let composition: Composition
    let desk: ApprovalDesk

    init(_ common: CommonOptions) async throws {
        let settings = try common.settings()
        composition = try await Composition(settings, logger: .forCommand(settings.logLevel))
        desk = composition.approvalDesk
    }

    /// What a decision came to, as words and exit code.
    func conclude(_ outcome: ApprovalDesk.Outcome, _ id: String) async throws {
        await composition.close()
        if case .decided(let approval) = outcome {
            let isOver = approval.isAboutMoney && approval.state == .denied
            return Terminal.say("\(ApprovalWords.outcome(approval)). The run \(isOver ? "stops" : "goes on").")
        }
        Terminal.note("bureau: \(SlackFrontDesk.words(outcome) ?? "nothing was decided")\n  see: bureau approvals list")
        switch outcome {
        case .refused: throw ExitCode(ExitStatus.notAllowed)
        case .decided, .already, .unknown, .altered, .short: throw ExitCode(ExitStatus.failed)
        }
    }
}

struct ApprovalsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "What waits for a decision.")
    @OptionGroup var common: CommonOptions
    @Flag(help: "Decided ones too.") var all = false
    @Flag(help: "Print one JSON document.") var json = false

    func run() async throws {
        try await Terminal.guarded {
            let session = try await ApprovalSession(common)
            let found = try await session.desk.list(state: all ? nil : .open)
            if json {
                Terminal.say(BureauDomain.JSONValue.array(found.map { ApprovalView($0).object }).pretty)
            } else {
                for approval in found {
                    Terminal.say("\(approval.id)\t\(approval.state.rawValue)\t\(approval.runID)\t\(approval.effect)")
                }
                if found.isEmpty { Terminal.note("Nothing waits for a decision.") }
            }
            await session.composition.close()
        }
    }
}

struct ApprovalsShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One question with its exact content.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The approval's id.") var id: String
    @Flag(help: "Print one JSON document.") var json = false

    func run() async throws {
        try await Terminal.guarded {
            let session = try await ApprovalSession(common)
            guard let approval = try await session.desk.find(id.uppercased()) else {
                throw SetupError(
                    "there is no approval \(id)", fix: "see bureau approvals list --all", exitCode: ExitStatus.failed)
            }
            Terminal.say(json ? ApprovalView(approval).object.pretty : ApprovalView(approval).text)
            await session.composition.close()
        }
    }
}

struct ApprovalsApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "approve", abstract: "Let it happen.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The approval's id.") var id: String

    func run() async throws {
        try await Terminal.guarded {
            let session = try await ApprovalSession(common)
            let outcome = try await session.desk.approve(
                id.uppercased(), by: .bureau(name: ProcessInfo.processInfo.userName), on: "cli")
            try await session.conclude(outcome, id)
        }
    }
}

struct ApprovalsDeny: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deny", abstract: "Do not let it happen; the agent is told why.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The approval's id.") var id: String
    @Option(help: "Why; the agent is told.") var reason: String

    func run() async throws {
        try await Terminal.guarded {
            let session = try await ApprovalSession(common)
            let person = ApprovalPolicy.Person.bureau(name: ProcessInfo.processInfo.userName)
            try await session.conclude(
                try await session.desk.deny(id.uppercased(), by: person, on: "cli", reason: reason), id)
        }
    }
}

/// A question as commands show it.
struct ApprovalView {
    let approval: ApprovalRecord
    init(_ approval: ApprovalRecord) { self.approval = approval }

    var object: BureauDomain.JSONValue {
        .object(
            JSONObject([
                ("id", .string(approval.id)), ("run", .string(approval.runID)),
                ("status", .string(approval.state.rawValue)),
                ("tool", .string(approval.tool)), ("effect", .string(approval.effect)),
                ("input", (try? BureauDomain.JSONValue.parse(Array(approval.input.utf8))) ?? .string(approval.input)),
                ("input_sha256", .string(approval.inputHash)),
                ("decided_by", approval.decidedBy.map { .string($0) } ?? .null),
                ("decided_on", approval.decidedOn.map { .string($0) } ?? .null),
                ("reason", approval.reason.map { .string($0) } ?? .null),
                ("requested_at", .string(Clock.iso(approval.requestedAt))),
                ("expires_at", .string(Clock.iso(approval.expiresAt))),
            ]))
    }

    var text: String {
        let content = (try? BureauDomain.JSONValue.parse(Array(approval.input.utf8)).pretty) ?? approval.input
        return """
            \(approval.effect)
            \(ApprovalWords.outcome(approval)) · run \(approval.runID) · expires \(Clock.iso(approval.expiresAt))

            \(approval.tool)
            \(content)
            """
    }
}
