import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import Foundation

struct RunsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write everything that is kept of a run into a folder or zip that can be checked alone.",
        discussion: """
            bureau runs export 01KA3F8Q7Q --to ./shamrock-audit
            bureau runs verify ./shamrock-audit
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Option(help: "A new folder, or a new file that ends in .zip; without it ./run-ID.") var to: String?

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            try await Records.with(settings) { records in
                let id = try await records.desk.find(run).id
                let target = URL(fileURLWithPath: to ?? "run-\(id)")
                guard !FileManager.default.fileExists(atPath: target.path) else {
                    throw SetupError(
                        "\(target.path) is there already", fix: "name a new folder or file with --to",
                        exitCode: ExitStatus.failed)
                }
                let report = try await write(id, to: target, records)
                try output.print(report.document) { Terminal.say("\(target.path)  \(report.sentence)") }
            }
        }
    }
}

extension RunsExportCommand {
    private func write(_ id: String, to target: URL, _ records: Records) async throws -> ExportCheck.Report {
        guard target.pathExtension.lowercased() == "zip" else {
            try await RunExport(records).write(id, to: target)
            return try ExportCheck(target).report()
        }
        return try await Scratch.with { folder in
            try await RunExport(records).write(id, to: folder)
            try ZipArchive.write(folder, to: target)
            return try ExportCheck(folder).report()
        }
    }
}

/// A folder of one command's own, for its length.
private enum Scratch {
    static func with<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bureau-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }
}

struct RunsVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check a run's receipts, or those of an export, link by link.",
        discussion: """
            bureau runs verify 01KA3F8Q7Q
            bureau runs verify ./shamrock-audit

            Ends with 1 and the first link that does not hold when a byte was changed. An export is checked by itself: no
            database, no network.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "A run's id, its first characters, or the folder of an export.") var run: String

    func run() async throws {
        try await Terminal.guarded {
            let report = try await report()
            try output.print(report.document) {
                Terminal.say(report.sentence)
                for note in report.notes { Terminal.say("note: \(note)") }
            }
            guard let broken = report.broken else { return }
            Terminal.note(
                "bureau: the receipts do not hold: \(PlainLine.of(broken.description))\n  fix: compare with a backup or another export"
            )
            throw ExitCode(ExitStatus.failed)
        }
    }

    private func report() async throws -> ExportCheck.Report {
        var isFolder = ObjCBool(false)
        if FileManager.default.fileExists(atPath: run, isDirectory: &isFolder) {
            let export = URL(fileURLWithPath: run)
            return isFolder.boolValue ? try ExportCheck(export).report() : try await zipped(export)
        }
        return try await Records.with(try common.settings()) { records in
            let id = try await records.desk.find(run).id
            return try await Scratch.with { folder in
                try await RunExport(records).write(id, to: folder)
                return try ExportCheck(folder).report()
            }
        }
    }

    private func zipped(_ file: URL) async throws -> ExportCheck.Report {
        try await Scratch.with { folder in
            do { try ZipArchive.unpack(file, to: folder) } catch let problem as ZipArchive.Unusable {
                // What lies in it may still tell which link was changed.
                let inside =
                    FileManager.default.fileExists(atPath: folder.path) ? try ExportCheck(folder).report() : nil
                let named = inside?.broken.map { "\(problem); \($0)" } ?? "\(problem)"
                throw SetupError(named, fix: "compare with a backup or another export", exitCode: ExitStatus.failed)
            }
            return try ExportCheck(folder).report()
        }
    }
}

extension RunExport {
    fileprivate init(_ records: Records) {
        self.init(
            database: records.database, blobs: BlobFolder(root: records.settings.blobsFolder),
            sessionLogs: records.settings.engine.sessionLogFolder)
    }
}

extension ExportCheck.Report {
    fileprivate var sentence: String {
        broken.map { "BROKEN at \(PlainLine.of($0.description))" }
            ?? "run \(run): \(links) receipts hold, head \(head.prefix(16))"
    }

    fileprivate var document: BureauDomain.JSONValue {
        .made([
            ("run", .string(run)), ("ok", .bool(broken == nil)), ("receipts", .whole(links)), ("head", .string(head)),
            ("broken", .text(broken?.description)), ("broken_at", broken?.seq.map { .whole($0) } ?? .null),
            ("notes", .array(notes.map { .string($0) })),
        ])
    }
}
