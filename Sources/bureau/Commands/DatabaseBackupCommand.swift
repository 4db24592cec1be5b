import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

struct DatabaseBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the data folder, also while a server runs.",
        discussion: """
            bureau db backup /var/backups/bureau --keep 14

            Makes one folder in TO, named by the time: the database as it is at one moment, the files of all runs, the
            session logs, and a MANIFEST of hashes. It appears whole or not at all. Secrets of the environment are not in
            it, and sealing.key only with --with-key.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The folder that holds the backups, best on another disk.") var to: String
    @Option(help: "How many backups stay there; the oldest go once the new one is whole.") var keep: Int?
    @Flag(help: "Put sealing.key in too: whoever has the backup can then sign as ClickUp's webhooks.") var withKey =
        false

    func validate() throws {
        if let keep, !(1...1_000).contains(keep) { throw ValidationError("--keep takes 1 to 1000.") }
    }

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let made = try await Records.with(settings) { records in
                let key = settings.dataFolder.appendingPathComponent(SealingKey.fileName)
                let hasKey = FileManager.default.fileExists(atPath: key.path)
                return try await BackupWriter(
                    database: records.database, blobs: BlobFolder(root: settings.blobsFolder),
                    sessionLogs: settings.engine.sessionLogFolder, doors: records.doors, version: Composition.version
                ).make(
                    in: URL(fileURLWithPath: to, isDirectory: true), keep: keep,
                    sealingKey: withKey && hasKey ? key : nil)
            }
            try output.print(made.document) {
                Terminal.say("\(made.folder.path)  \(made.runs) runs, \(made.files) files, \(Words.bytes(made.bytes))")
                for name in made.removed { Terminal.say("removed \(name)") }
            }
        }
    }
}

extension BackupWriter.Made {
    fileprivate var document: BureauDomain.JSONValue {
        .made([
            ("path", .string(folder.path)), ("runs", .whole(runs)), ("files", .whole(files)), ("bytes", .whole(bytes)),
            ("removed", .array(removed.map { .string($0) })),
        ])
    }
}
