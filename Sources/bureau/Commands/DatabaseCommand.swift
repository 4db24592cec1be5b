import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look after the database.", discussion: "bureau db check",
        subcommands: [DatabaseCheckCommand.self])
}

struct DatabaseCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the whole database file for damage.",
        discussion: "Ends with 1 when something is damaged. Safe while a server runs.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            let report = try await Records.with(try common.settings()) { try await DatabaseReport($0) }
            try output.print(report.document) {
                Terminal.say("\(report.path)  \(report.sentence)")
                for complaint in report.complaints { Terminal.say(PlainLine.of(complaint)) }
            }
            guard report.complaints.isEmpty else {
                Terminal.note("bureau: the database is damaged\n  fix: stop the server and restore the last backup")
                throw ExitCode(ExitStatus.failed)
            }
        }
    }
}

/// How the database file is.
struct DatabaseReport: Sendable {
    let path: String
    let bytes: Int64
    let schema: (found: Int, known: Int)
    let complaints: [String]

    init(_ records: Records) async throws {
        path = records.settings.databasePath
        // What is committed but not yet moved into the file is in the log beside it.
        bytes = [path, path + "-wal"].reduce(Int64(0)) { sum, path in
            let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
            return sum + (size?.int64Value ?? 0)
        }
        schema = try await records.database.schema()
        let damage = try await records.database.complaints()
        // A damaged file would only make the ledger's check fail in another way.
        complaints = damage.isEmpty ? try await SpendCheck(database: records.database).complaints() : damage
    }

    var sentence: String {
        let health = complaints.isEmpty ? "integrity ok" : "DAMAGED"
        return "\(Words.bytes(bytes)), migrations \(schema.found) of \(schema.known), \(health)"
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("path", .string(path)), ("bytes", .whole(bytes)), ("migrations", .whole(schema.found)),
            ("migrations_known", .whole(schema.known)), ("ok", .bool(complaints.isEmpty)),
            ("complaints", .array(complaints.map { .string($0) })),
        ])
    }
}
