import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

struct DatabaseRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup back. Nothing may run meanwhile.",
        discussion: """
            bureau db restore /var/backups/bureau/bureau-20261121T060000Z

            The database of before is kept aside in the data folder. At its next start Bureau asks for the sessions opened
            since the backup, takes over what they did and repeats none of it. Nobody remembers runs without a session: to
            look before any starts again, run bureau intake pause before bureau serve.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "One backup, as bureau db backup named it.") var from: String
    @Flag(help: "Even when the data folder knows of newer things than the backup.") var force = false

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let locks = try await Self.alone(settings, doors: .system)
            defer { withExtendedLifetime(locks) {} }
            let restore = Restore(
                backup: try await backup(), databasePath: URL(fileURLWithPath: settings.databasePath),
                dataFolder: settings.dataFolder, sessionLogs: settings.engine.sessionLogFolder, doors: .system)
            try await refuseOlder(restore)
            let done = try await restore.run()
            let document: BureauDomain.JSONValue = .made([
                ("runs", .whole(done.runs)), ("aside", .text(done.aside?.path)),
                ("database", .string(settings.databasePath)),
            ])
            try output.print(document) {
                Terminal.say("Restored \(done.runs) runs to \(settings.databasePath)")
                if let aside = done.aside { Terminal.say("The database of before is in \(aside.path)") }
                Terminal.note("Check it: bureau db check. Then start: bureau serve")
            }
        }
    }

    /// Holds the server's lock, so that none starts in the middle, and the one that keeps every other command away.
    private static func alone(_ settings: Settings, doors: Doors) async throws -> [OwnerLock] {
        let folder = Composition.ownersFolder(settings)
        func refusal(_ who: String) -> SetupError {
            SetupError(
                "\(who) uses \(settings.dataFolder.path)", fix: "stop it, then restore",
                exitCode: ExitStatus.temporary)
        }
        let server: OwnerLock, restore: OwnerLock
        do {
            server = try await OwnerLock.take(folder: folder, owner: ServerLock.name, doors: doors)
        } catch is OwnerLockTaken {
            throw refusal("a running bureau serve")
        }
        do { restore = try await RestoreLock.take(settings, doors: doors) } catch is OwnerLockTaken {
            throw refusal("another bureau db restore")
        }
        let own = [ServerLock.name + ".lock", RestoreLock.name + ".lock"]
        // The server's own lock is with its data, those of all who work are beside the database.
        for folder in [folder, OwnerLock.folder(besideDatabase: settings.databasePath)] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names where name.hasSuffix(".lock") && !own.contains(name) {
                guard OwnerLock.isHeld(folder: folder, owner: String(name.dropLast(5))) else { continue }
                throw refusal("another bureau command (\(name))")
            }
        }
        return [server, restore]
    }

    private func backup() async throws -> BackupReader {
        let folder = URL(fileURLWithPath: from, isDirectory: true)
        do { return try await BackupReader(folder) } catch let complaint as FolderManifest.Complaint {
            let inside = (try? BackupWriter.backups(in: folder)) ?? []
            let newest = inside.last.map { "name one of them, as in \(from)/\($0)" }
            throw SetupError(
                "\(folder.path) is not a whole backup: \(complaint)",
                fix: newest ?? "use another backup", exitCode: ExitStatus.failed)
        }
    }

    private func refuseOlder(_ restore: Restore) async throws {
        guard !force else { return }
        let newer: Int64?
        do { newer = try await restore.newerFact() } catch {
            throw SetupError(
                "the present database cannot be read: \(error)",
                fix: "restore over it with --force; it is kept aside", exitCode: ExitStatus.failed)
        }
        guard let newer else { return }
        throw SetupError(
            "the data folder knows of things up to \(Clock.iso(newer)), which the backup does not have",
            fix: "restore all the same with --force; the present database is kept aside", exitCode: ExitStatus.failed)
    }
}
