import ArgumentParser
import BureauDomain
import BureauEngine
import BureauStorage
import BureauWeb
import Foundation

struct ReportsOpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Say where a report's file is on this machine; show it only when asked to.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The report's id, its first characters, or its run's id.") var report: String
    @Option(help: "Which of its files; without it the report itself.") var file: String?
    @Flag(help: "Show it with this machine's own program (xdg-open).") var show = false

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let desk = records.artifacts
                let page = try await desk.page(report)
                guard let name = file ?? (page.files.first { $0.role == .report } ?? page.files.first)?.name else {
                    throw SetupError(
                        "report \(page.artifact.id) has no file", fix: "bureau reports show \(page.artifact.id)",
                        exitCode: ExitStatus.failed)
                }
                let (found, url) = try await desk.file(name, of: page.artifact.id)
                try output.print(
                    .made([
                        ("report", .string(page.artifact.id)), ("file", .string(found.name)),
                        ("path", .string(url.path)),
                        ("sha256", .string(found.sha256)),
                    ])
                ) { Terminal.say(url.path) }
                if show { try open(url) }
            }
        }
    }

    private func open(_ url: URL) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["xdg-open", url.path]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw SetupError(
                "xdg-open could not show it", fix: "open the printed path with a program of your own",
                exitCode: ExitStatus.failed)
        }
    }
}

struct ReportsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Copy a report's files, its capsule and its facts into a new folder.",
        discussion: "bureau reports export 01KA3F8Q7Q --to ./october")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The report's id, its first characters, or its run's id.") var report: String
    @Option(help: "A new folder; without it ./report-ID.") var to: String?
    @Flag(help: "A PDF beside each HTML and Markdown file, made with this machine's Chromium.") var pdf = false

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let press = PDFPress(settings: records.settings.engine.pdf, doors: records.doors)
                if pdf, !press.isAvailable { throw PDFPress.notInstalled }
                let page = try await records.artifacts.page(report)
                let folder = URL(fileURLWithPath: to ?? "report-\(page.artifact.id)", isDirectory: true)
                try records.artifacts.export(page, to: folder)
                let printed =
                    pdf
                    ? try await ReportPrint(reports: records.artifacts, press: press).write(page, to: folder) : []
                let document = BureauDomain.JSONValue.made([
                    ("report", .string(page.artifact.id)), ("path", .string(folder.path)),
                    ("files", .whole(page.files.count)), ("pdfs", .array(printed.map { .string($0) })),
                ])
                try output.print(document) {
                    Terminal.say("\(folder.path)  \(page.files.count) files, every hash is right")
                    for name in printed { Terminal.say("\(folder.path)/\(name)") }
                }
            }
        }
    }
}

extension ReportPrint {
    /// Beside each file that can be printed: "audit.html.pdf". Returns their names.
    fileprivate func write(_ page: ArtifactDesk.Page, to folder: URL) async throws -> [String] {
        var names: [String] = []
        for file in page.files where Self.isPrintable(file.name) {
            guard let sheet = try await sheet(file.name, of: page.artifact.id) else { continue }
            defer { try? sheet.handle.close() }
            // One of the report's own files may be called so.
            let isTaken = page.files.contains { $0.name == file.name + ".pdf" }
            let name = (isTaken ? "bureau-" : "") + file.name + ".pdf"
            try Durable.write(try sheet.handle.readToEnd() ?? Data(), to: folder.appendingPathComponent(name))
            names.append(name)
        }
        return names
    }

    /// Nil for a file that cannot be printed, which is said: the others are there all the same.
    private func sheet(_ name: String, of artifact: String) async throws -> PDFPress.Sheet? {
        do { return try await pdf(name, of: artifact) } catch let refused as ArtifactDesk.Refused
            where refused.kind == .tooLarge
        {
            Terminal.note("no PDF of \(PlainLine.of(name)): \(refused.description)")
        } catch let refused as PDFPress.Refused where [.tooLarge, .failed].contains(refused.kind) {
            Terminal.note("no PDF of \(PlainLine.of(name)): \(refused.description)")
        }
        return nil
    }
}
