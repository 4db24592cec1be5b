import ArgumentParser
import BureauEngine
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// Options every command of the product takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: "Data folder, in place of DATA_DIR.")
    var data: String?
    @Option(name: .customLong("config"), help: "Folder that holds agents/ and config/, in place of AGENTS_DIR.")
    var config: String?

    var overrides: SettingsOverrides { SettingsOverrides(dataFolder: data, configFolder: config) }

    func settings() throws -> Settings { try Settings(try Environment.ofProcess(), overrides: overrides) }
}

/// How a command ends besides success. The numbers are told in docs/guides/commands.md.
enum ExitStatus {
    static let failed: Int32 = 1, stoppedByPerson: Int32 = 2, stoppedByLimit: Int32 = 3, notAllowed: Int32 = 4
    static let waiting: Int32 = 5, deliveryFailed: Int32 = 6, usage: Int32 = 64, unreachable: Int32 = 69
    static let temporary: Int32 = 75, config: Int32 = 78, interrupted: Int32 = 130, brokenPipe: Int32 = 141
}

/// Runs a command's body and turns what it throws into a sentence and an exit code.
extension Terminal {
    static func guarded(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let code as ExitCode { throw code } catch {
            let problem = SetupError(reading: error)
            Terminal.note("bureau: \(problem)")
            throw ExitCode(problem.exitCode)
        }
    }
}

extension SetupError {
    /// What went wrong in the words of whoever knows, and what to do about it.
    init(reading error: any Error) {
        switch error {
        case let problem as SetupError: self = problem
        case let refused as RunDesk.Refused:
            self.init(refused.description, fix: Self.fix(for: refused.kind), exitCode: ExitStatus.failed)
        case let refused as ArtifactDesk.Refused:
            self.init(refused.description, fix: refused.fix, exitCode: ExitStatus.failed)
        case let refused as PDFPress.Refused:
            self.init(refused.description, fix: refused.fix, exitCode: ExitStatus.failed)
        case let refused as ClientDesk.Refused:
            self.init(refused.description, fix: refused.fix, exitCode: ExitStatus.failed)
        case let failure as VendorError:
            self.init(
                failure.sentence, fix: failure.isRetryable ? "try again in a minute" : "bureau doctor tells more",
                exitCode: failure.isRetryable ? ExitStatus.unreachable : ExitStatus.failed)
        case let failure as StorageError:
            self.init("\(failure)", fix: Self.fix(for: failure), exitCode: failure == .busy ? ExitStatus.temporary : 1)
        case let busy as BackupUnderWay:
            self.init("\(busy)", fix: "wait for it, or name another folder", exitCode: ExitStatus.temporary)
        case is CancellationError:
            self.init("the command was interrupted", fix: "start it again", exitCode: ExitStatus.interrupted)
        default: self.init("\(error)", fix: "bureau doctor looks at the installation", exitCode: ExitStatus.failed)
        }
    }

    private static func fix(for failure: StorageError) -> String {
        switch failure {
        case .damaged: "stop the server and restore the last backup of the data folder"
        case .tooNew: "use the newer bureau for this data folder"
        case .diskFull: "free some space, then try again"
        case .busy: "try again in a moment"
        case .refused, .unreadable, .other: "bureau db check looks at the whole database"
        }
    }

    private static func fix(for kind: RunDesk.Refused.Kind) -> String {
        switch kind {
        case .notFound: "write the whole id, or at least its first six characters"
        case .ambiguous: "write more characters of the id"
        case .chooseStep: "bureau runs resolve RUN STEP"
        case .notNow: "bureau runs show RUN tells what it is doing and why"
        }
    }
}

extension Logger {
    /// The server's log: JSON on standard output.
    static func forServer(_ level: Logger.Level) -> Logger {
        Logger(label: "bureau") { label in
            var handler = JSONLogHandler(label: label)
            handler.logLevel = level
            return handler
        }
    }

    /// Commands say what matters themselves; only trouble is logged, to standard error.
    static func forCommand(_ level: Logger.Level) -> Logger {
        Logger(label: "bureau") { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level <= .debug ? level : .error
            return handler
        }
    }
}
