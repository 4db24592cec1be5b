import Foundation
import Subprocess

/// Headless Chromium, for one page at a time: without a network, without our environment, with a home of its own that
/// goes with the page.
struct Chromium: Sendable {
    let program: String
    /// Its home and the place of its temporary files.
    let home: URL
    static let errorBytesMax = 1 << 20
    static let graceSeconds = 2

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    func print(_ page: URL, to file: URL) async throws {
        do { try await run(page, file) } catch let error as SubprocessError {
            throw Failure(description: "it cannot be run: \(error)")
        }
    }

    private func run(_ page: URL, _ file: URL) async throws {
        var options = PlatformOptions()
        // It starts processes of its own, which end with it.
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(Self.graceSeconds))
        ]
        let words = [program] + flags(printingTo: file) + [page.absoluteString]
        let result = try await Subprocess.run(
            .name("env"), arguments: Arguments(words), environment: .custom(environment), platformOptions: options,
            output: .discarded, error: .string(limit: Self.errorBytesMax))
        let isWell: Bool = if case .exited(let code) = result.terminationStatus { code == 0 } else { false }
        guard isWell, FileManager.default.fileExists(atPath: file.path) else {
            throw Failure(description: Self.reason(result.standardError))
        }
    }

    private var environment: [Subprocess.Environment.Key: String] {
        let own = [
            "PATH": GitRepository.searchPath, "HOME": home.path, "TMPDIR": home.path, "LC_ALL": "C.UTF-8",
        ]
        return Dictionary(
            uniqueKeysWithValues: own.map { (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value) })
    }

    private func flags(printingTo file: URL) -> [String] {
        let flags = [
            "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-crash-reporter",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir=\(home.appendingPathComponent("profile").path)",
            "--no-pdf-header-footer", "--generate-pdf-document-outline", "--print-to-pdf=\(file.path)",
        ]
        // It refuses to work as root with its sandbox on.
        return geteuid() == 0 ? flags + ["--no-sandbox"] : flags
    }

    /// Its last line that says anything; nothing of the page is in it.
    private static func reason(_ errors: String) -> String {
        let last = errors.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
        return last.map { String($0.prefix(300)) } ?? "it said nothing"
    }
}
