import Foundation
import ProductHarness
import Subprocess
import Testing

/// The demo, used from its first link on by `Tests/BrowserChecks/check_journey.py`.
@Suite("What people do on the pages, by one hand")
struct BrowserJourneyTests {
    private static let journeySecondsMax = 1_200

    @Test(
        "Sign in, add a client, start a run, see its result, judge, see why one failed, repeat it, retry another, stop",
        arguments: ["forms", "keys"])
    func journey(hand: String) async throws {
        try await Gate.installations.pass { try await Self.play(hand) }
    }

    private static func play(_ hand: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID().uuidString.prefix(8))")
        let downloads = folder.appending(path: "downloads")
        try FileManager.default.createDirectory(at: downloads, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let own = ProcessInfo.processInfo.environment
        let demo = try ProductProcess(
            ["demo", "--data", folder.appending(path: "demo").path, "--events-per-second", "200"],
            environment: own.filter { ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"].contains($0.key) }, folder: folder,
            output: folder.appending(path: "demo.log"))
        do {
            let link = try await eventually("the demo can be signed in to") {
                if let end = demo.end { throw NeverHappened("the demo ended with \(end): \(demo.text.suffix(2_000))") }
                let text = demo.text
                guard text.contains("The pages stay open") else { return nil as String? }
                return text.firstMatch(of: /http[^ \n]*\/login\/link\?token=[0-9a-f]+/).map { String($0.0) }
            }
            let problems = try await checks(["check_journey.py", hand, link, downloads.path])
            #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
        } catch {
            try await demo.killNow()
            throw error
        }
        try await demo.killNow()
    }

    /// What a script of `Tests/BrowserChecks` notes.
    private static func checks(_ arguments: [String]) async throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = root.appending(path: ".cache/python/bin/python3").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            return ["\(python) is not there; scripts/setup makes it"]
        }
        let script = root.appending(path: "Tests/BrowserChecks/\(arguments[0])").path
        let result = try await Subprocess.run(
            .path("/usr/bin/timeout"),
            arguments: .init(["\(journeySecondsMax)", python, "-B", script] + arguments.dropFirst()),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        var lines = result.standardOutput.split(separator: "\n").map(String.init)
        guard lines.popLast()?.hasPrefix("checked ") == true else {
            return ["the check did not run; run scripts/setup: \(result.standardError.suffix(2_000))"]
        }
        return lines
    }
}
