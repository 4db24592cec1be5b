import ArgumentParser
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
    static let temporary: Int32 = 75, config: Int32 = 78, interrupted: Int32 = 130
}

enum Terminal {
    static func say(_ text: String) {
        print(text)
        // A pipe is buffered whole otherwise, and a live stream would come in lumps.
        fflush(nil)
    }

    /// Everything that is not the answer itself.
    static func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Runs a command's body and turns what it throws into a sentence and an exit code.
    static func guarded(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let code as ExitCode { throw code } catch let problem as SetupError {
            note("bureau: \(problem)")
            throw ExitCode(problem.exitCode)
        } catch {
            note("bureau: \(error)")
            throw ExitCode(ExitStatus.failed)
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
