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

    private static let one = #"{"id":"e1","type":"t"}"# + "\n", two = #"{"id":"e2","type":"t"}"# + "\n"
    private static let long = String(repeating: "t", count: SessionLogReader.lateBytesMax)
    private static let logs: [(String, String, Bool)] = [
        ("the only line", one, true), ("the last of two", two + one, true), ("a line before the last", one + two, true),
        ("another line alone", two, false), ("a line that speaks of it", #"{"id":"e2","type":"e1"}"# + "\n", false),
        ("a line that was cut", one + #"{"id":"e2""#, false), ("nothing", "", false),
        ("a line further up than is read", one + #"{"id":"e2","type":"\#(long)"}"# + "\n", false),
    ]

    @Test("An event is known to be logged when it is among the log's last", arguments: logs)
    func newest(what: String, text: String, isHeld: Bool) throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: folder.appendingPathComponent("sesn_1.jsonl"))
        #expect(SessionLogReader(folder: folder, session: "sesn_1").holdsLately("e1") == isHeld, "\(what)")
    }

    @Test("A folder that takes files keeps nothing of the question")
    func probe() throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try SessionLog.probe(folder, name: "run")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}
