import Foundation
import ProductHarness
import Testing

/// The demo from its first line to its last, as a newcomer or a build server runs it.
@Suite("The demo tells what happened, and it did")
struct DemoJourneyTests {
    private static let endSecondsMax = 900

    @Test(
        "With --once it ends by itself: a card delivered, another built and merged, Asana's task revised and accepted")
    func once() async throws {
        try await Gate.installations.pass { try await Self.play() }
    }

    private static func play() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let own = ProcessInfo.processInfo.environment
        let demo = try ProductProcess(
            ["demo", "--once", "--data", folder.appending(path: "demo").path, "--events-per-second", "200"],
            environment: own.filter { ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"].contains($0.key) }, folder: folder,
            output: folder.appending(path: "demo.log"))
        let end: ProductProcess.End
        do {
            end = try await eventually("the demo ends", within: .seconds(endSecondsMax)) { demo.end }
        } catch {
            let text = demo.text
            try await demo.killNow()
            throw NeverHappened("the demo's end; it said: \(text.suffix(3_000))")
        }
        let text = demo.text
        #expect(end.status == 0 && !end.wasSignalled, "\(text)")
        for words in [
            "Jessie asks on the task:", "the task stands in Review.", "The second round is on the task",
            "The task stands in Done.", "Merge bureau/", "Where to look",
        ] {
            #expect(text.contains(words), "\(words) is missing in: \(text)")
        }
        let runs = try await Installation.texts(
            "SELECT agent || ' ' || state || ' ' || round AS t FROM run ORDER BY agent",
            at: folder.appending(path: "demo/data/bureau.db").path)
        #expect(runs == ["jessie done 2", "platform-build done 1", "sentinel done 1"])
    }
}
