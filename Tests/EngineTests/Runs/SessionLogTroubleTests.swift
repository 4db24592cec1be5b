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

    private static let logs: [(String, String, String?)] = [
        ("one line", #"{"id":"e1","type":"t"}"# + "\n", "e1"),
        ("two lines", #"{"id":"e1","type":"t"}"# + "\n" + #"{"id":"e2","type":"t"}"# + "\n", "e2"),
        ("a line that was cut", #"{"id":"e1","type":"t"}"# + "\n" + #"{"id":"e2""#, nil), ("nothing", "", nil),
        (
            "a line longer than is read",
            #"{"id":"e1","type":"\#(String(repeating: "t", count: SessionLogReader.lastLineBytesMax))"}"# + "\n", nil
        ),
    ]

    @Test("The event that was logged last is known by the log's last line", arguments: logs)
    func newest(what: String, text: String, id: String?) throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appendingPathComponent("sesn_1.jsonl"))
        #expect(SessionLogReader(folder: folder, session: "sesn_1").newestEventID() == id, "\(what)")
    }

    @Test("A folder that takes files keeps nothing of the question")
    func probe() throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try SessionLog.probe(folder, name: "run")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
