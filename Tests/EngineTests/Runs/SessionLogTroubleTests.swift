import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("A session log that cannot be written")
struct SessionLogTroubleTests {
    private static func folder() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("bureau-log-\(UUID().uuidString)")
    }

    @Test(
        "Patience ends half a minute after the first refusal, unless something was written between",
        arguments: [true, false])
    func patience(isRenewed: Bool) async throws {
        let clock = VirtualClock(isImpatient: true)
        var patience = RecordingPatience(doors: clock.doors)
        var tries = 0
        while try await patience.waits(), tries < 40 {
            tries += 1
            if isRenewed { patience.renew() }
        }
        #expect(tries == (isRenewed ? 40 : 15))
    }

    @Test("Who must log is refused where there is no folder; who ends a session takes its events in all the same")
    func noFolder() throws {
        let file = Self.folder()
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(throws: SessionLogError.self) {
            try SessionRecorder(folder: file, session: "sesn_1", counters: Counters())
        }
        #expect(throws: SessionLogError.self) { try SessionLog.probe(file, name: "run") }
        let recorder = try SessionRecorder(folder: file, session: "sesn_1", counters: Counters(), mustLog: false)
        try recorder.record([try event(#"{"id":"e1","type":"session.status_running"}"#)])
        #expect(recorder.fold.status == .running)
        #expect(recorder.addedCount == 1)
    }

    @Test("A folder that takes files keeps nothing of the question")
    func probe() throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try SessionLog.probe(folder, name: "run")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
