import ArgumentParser
import BureauDomain
import BureauEngine

struct FeedbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feedback", abstract: "What people wrote about results, and what was made of it.",
        subcommands: [FeedbackExportCommand.self])
}

struct FeedbackExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write every comment as one line of JSON: a labelled example.",
        discussion: """
            bureau feedback export > feedback.jsonl
            bureau feedback export --run 01KA3F8Q7Q

            Comments are what people wrote: treat the lines as client data.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "Only this run's.") var run: String?

    func run() async throws {
        try await Terminal.guarded {
            try await Composition.with(try common.settings()) { composition in
                var id: String?
                if let run { id = try await composition.desk.find(run).id }
                var last = ""
                while true {
                    let page = try await composition.desk.examples(after: last, run: id)
                    for example in page { Terminal.say(example.json.canonical) }
                    guard let next = page.last?.id else { return }
                    last = next
                }
            }
        }
    }
}
