import ArgumentParser
import BureauDomain
import BureauEngine

struct IntakeTasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Tasks on record: whose they are, in which subscription, and what clients may see.",
        discussion: """
            bureau intake tasks --client shamrock-detailing --visible

            Of projects and lists whose agent says client_visible or subscription, as of the last look.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only of this client, by its slug.") var client: String?
    @Flag(help: "Only what clients may see.") var visible = false
    @Option(help: "How many at most, 1 to 1000.") var limit = 200

    func validate() throws {
        guard (1...TaskRecordListing.limitMax).contains(limit) else {
            throw ValidationError("--limit takes a number from 1 to \(TaskRecordListing.limitMax).")
        }
    }

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let found = try await TaskRecordDesk(database: records.database).list(
                    TaskRecordListing(client: client, isVisibleOnly: visible, limit: limit))
                try output.print(Self.listing(found))
            }
        }
    }

    private static func listing(_ records: [TaskRecord]) -> Listing {
        var listing = Listing(
            [
                .init("TOOL"), .init("TASK"), .init("CLIENT"), .init("SUBSCRIPTION", isElastic: true),
                .init("VISIBLE"), .init("PLANNED"), .init("COMPLETED"), .init("TITLE", isElastic: true),
            ], empty: "No tasks on record. An agent's file says which: board.client_visible, board.subscription.")
        for record in records {
            listing.add(
                [
                    Listing.Cell(record.tool.rawValue), Listing.Cell(record.taskID, .strong),
                    Listing.Cell(record.clientSlug ?? ""), Listing.Cell(record.section),
                    Listing.Cell(record.isClientVisible ? "yes" : "no", record.isClientVisible ? .good : nil),
                    Listing.Cell(record.plannedOn ?? ""), Listing.Cell(record.completedAt.map(Clock.iso) ?? ""),
                    Listing.Cell(record.title),
                ], record.document)
        }
        return listing
    }
}
