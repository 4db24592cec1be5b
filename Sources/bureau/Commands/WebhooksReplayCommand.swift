import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation
import Logging

struct WebhooksReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Take a stored signal in once more, as if it had just arrived.",
        discussion: """
            bureau webhooks replay 01KA3F8Q7Q

            What made a run already makes no second one. A refused signal is not replayed: nobody knows who sent it.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The signal's id, or its first characters; see bureau webhooks list.") var signal: String

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            try await Composition.with(settings) { try await replay($0, settings) }
        }
    }

    private func replay(_ composition: Composition, _ settings: Settings) async throws {
        let found = try await find(composition)
        guard let answer = try await composition.replay(found.id) else {
            throw SetupError(
                "signal \(found.id) was not kept whole and cannot be replayed",
                fix: "move the task once more, or assign it again", exitCode: ExitStatus.failed)
        }
        let document = try BureauDomain.JSONValue.parse(Array(answer.json.utf8))
        try await composition.auditDesk.note(.here, "webhook replayed", "signal \(found.id)", after: document)
        try output.print(document) {
            let words = ["run", "reason"].compactMap { document[$0]?.string.map(PlainLine.of) }
            Terminal.say("\(document["verdict"]?.string ?? "refused")  \(words.joined(separator: "  "))")
        }
        if case .string("run")? = document["verdict"], !ServerLock.isHeld(settings),
            let run = document["run"]?.string
        {
            Terminal.note("No server runs. Do the work now: bureau runs watch \(ShortID.of(run))")
        }
        if case .string("parked")? = document["verdict"], !ServerLock.isHeld(settings) {
            Terminal.note("No server runs. Its tasks are looked at when one does: bureau serve")
        }
    }

    private func find(_ composition: Composition) async throws -> SignalRecord {
        let found = try await SignalDesk(database: composition.database).find(signal)
        guard let first = found.first else {
            throw SetupError(
                "there is no signal \(PlainLine.of(signal))", fix: "bureau webhooks list shows them",
                exitCode: ExitStatus.failed)
        }
        guard found.count == 1 else {
            throw SetupError(
                "\(PlainLine.of(signal)) fits several signals: \(found.map(\.id).joined(separator: ", "))",
                fix: "write more characters of the id", exitCode: ExitStatus.failed)
        }
        guard first.verdict != "refused" else {
            throw SetupError(
                "signal \(first.id) was refused: \(PlainLine.of(first.reason))",
                fix: "mend that, then have it sent again by moving the task", exitCode: ExitStatus.failed)
        }
        return first
    }
}
