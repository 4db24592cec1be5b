import ArgumentParser
import BureauDomain
import BureauEngine

struct ApprovalsAsk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask whoever wanted the work before you decide. The approval stays open.",
        discussion: "bureau approvals ask 01KA3F8Q7Q \"Which week is this for?\"")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The approval's id, or its first characters.") var id: String
    @Argument(help: "The question, told in Slack and on the run's task.") var text: String

    func validate() throws {
        guard text.contains(where: { !$0.isWhitespace }), text.count <= ApprovalDesk.questionCharactersMax else {
            throw Self.unfit
        }
    }

    private static let unfit = ValidationError(
        "A question has words, and at most \(ApprovalDesk.questionCharactersMax) characters.")

    func run() async throws {
        try await Terminal.guarded {
            try await Composition.with(try common.settings()) { composition in
                let found = try await ApprovalCommands.find(id, composition)
                switch try await composition.approvalDesk.askBack(found.id, text, by: .here) {
                case .asked:
                    try output.print(ApprovalView(found).object) { Terminal.say("Asked. The approval stays open.") }
                case .already(let settled):
                    throw Self.nobody(settled.state == .open ? "its time is over" : ApprovalWords.outcome(settled))
                case .unknown: throw Self.nobody("there is no such approval any more")
                case .nowhere: throw Self.nobody("neither Slack nor a task of its run is connected")
                case .unfit: throw Self.unfit
                }
            }
        }
    }

    private static func nobody(_ why: String) -> SetupError {
        SetupError(
            "nobody was asked: \(PlainLine.of(why))", fix: "bureau approvals list --all shows what became of it",
            exitCode: ExitStatus.failed)
    }
}
