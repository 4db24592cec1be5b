import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look after the database.",
        discussion: """
            bureau db check
            bureau db backup /var/backups/bureau --keep 14
            """,
        subcommands: [DatabaseCheckCommand.self, DatabaseBackupCommand.self, DatabaseRestoreCommand.self])
}

struct DatabaseCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the database, the stored files and the receipts for damage.",
        discussion: "Ends with 1 when something is damaged. Safe while a server runs.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Terminal.guarded {
            let report = try await Records.with(try common.settings()) { try await DatabaseReport($0) }
            try output.print(report.document) {
                Terminal.say("\(report.path)  \(report.sentence)")
                for complaint in report.complaints { Terminal.say(PlainLine.of(complaint)) }
                for orphan in report.orphans { Terminal.say("no run names the file \(PlainLine.of(orphan))") }
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
    /// Files no row names: harmless, and of use to nobody.
    let orphans: [String]
    let files: Int?, chains: Int?

    /// `isQuick` leaves out the stored files and the receipts, which are read whole.
    init(_ records: Records, isQuick: Bool = false) async throws {
        path = records.settings.databasePath
        // What is committed but not yet moved into the file is in the log beside it.
        bytes = [path, path + "-wal"].reduce(Int64(0)) { sum, path in
            let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber
            return sum + (size?.int64Value ?? 0)
        }
        schema = try await records.database.schema()
        guard !isQuick else {
            (complaints, orphans, files, chains) = (try await records.database.complaints(), [], nil, nil)
            return
        }
        let findings = try await DatabaseCheckup(
            database: records.database, blobs: BlobFolder(root: records.settings.blobsFolder)
        ).look()
        // A damaged file would only make the ledger's check fail in another way.
        try? await records.database.write { [doors = records.doors] in
            try CareBook(db: $0).put(.init(at: doors.now(), complaint: findings.complaints.first))
        }
        let ledger = findings.complaints.isEmpty ? try await SpendCheck(database: records.database).complaints() : []
        (complaints, orphans) = (findings.complaints + ledger, findings.orphans)
        (files, chains) = (findings.files, findings.chains)
    }

    var sentence: String {
        let health = complaints.isEmpty ? "integrity ok" : "DAMAGED"
        let kept = files.map { "\($0) files, \(chains ?? 0) receipt chains, " } ?? ""
        return "\(Words.bytes(bytes)), migrations \(schema.found) of \(schema.known), \(kept)\(health)"
    }

    var document: BureauDomain.JSONValue {
        .made([
            ("path", .string(path)), ("bytes", .whole(bytes)), ("migrations", .whole(schema.found)),
            ("migrations_known", .whole(schema.known)), ("ok", .bool(complaints.isEmpty)),
            ("complaints", .array(complaints.map { .string($0) })), ("files", files.map { .whole($0) } ?? .null),
            ("receipt_chains", chains.map { .whole($0) } ?? .null), ("orphans", .array(orphans.map { .string($0) })),
        ])
    }
}
