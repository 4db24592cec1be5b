import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("The session log")
struct SessionLogTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
        "bureau-log-\(UUID().uuidString)")

    private func path(_ session: String = "sesn_1") -> URL { folder.appendingPathComponent(session + ".jsonl") }

    private func open(_ session: String = "sesn_1") throws -> (SessionLog, [RawEvent]) {
        var found: [RawEvent] = []
        return (try SessionLog(folder: folder, session: session) { found.append($0) }, found)
    }

    @Test("Events stand in the file byte for byte, one a line, and come back the same")
    func bytes() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let texts = [
            #"{ "id":"a" , "type":"agent.message","content":[{"text":"ü \u00fc 🐝 \u2028"}]}"#,
            #"{"type":"x.y","id":"b","n":1.50,"n":2}"#,
        ]
        let events = try texts.map(event)
        try open().0.append(events)
        #expect(try String(contentsOf: path(), encoding: .utf8) == texts.joined(separator: "\n") + "\n")
        #expect(try open().1 == events)
    }

    @Test("Line breaks between members become spaces, so that an event stays one line")
    func lineBreaks() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try open().0.append([event("{\"id\":\"a\",\r\n\"type\":\"agent.message\"}")])
        #expect(try String(contentsOf: path(), encoding: .utf8) == "{\"id\":\"a\",  \"type\":\"agent.message\"}\n")
        #expect(try open().1.map(\.id) == ["a"])
    }

    @Test("A line that a crash cut short is removed; the next event begins a line of its own", arguments: 1...30)
    func torn(length: Int) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let whole = #"{"id":"a","type":"agent.message"}"#, next = #"{"id":"b","type":"agent.message"}"#
        try open().0.append([event(whole)])
        let handle = try FileHandle(forWritingTo: path())
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(next.utf8.prefix(length)))
        try handle.close()
        let (log, found) = try open()
        #expect(found.map(\.id) == ["a"])
        try log.append([event(next)])
        #expect(try String(contentsOf: path(), encoding: .utf8) == "\(whole)\n\(next)\n")
    }

    @Test("A worker that was paused past its lease adds nothing to its successor's lines")
    func twoWriters() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let old = try open().0
        try old.append([event(#"{"id":"a","type":"t"}"#)])
        let new = try open().0
        try new.append([event(#"{"id":"b","type":"t"}"#)])
        #expect(throws: SessionLogError.self) { try old.append([event(#"{"id":"c","type":"t"}"#)]) }
        // Stopped between its look and its write: it takes back what it has written.
        #expect(throws: SessionLogError.self) { try old.put(Array("{\"id\":\"c\",\"type\":\"t\"}\n".utf8)) }
        try new.append([event(#"{"id":"d","type":"t"}"#)])
        #expect(try open().1.map(\.id) == ["a", "b", "d"])
    }

    @Test(
        "A session id that is no file name is refused",
        arguments: ["", "../x", "a/b", ".", "a.b", "ä", "a b", String(repeating: "a", count: 129)])
    func unsafe(session: String) {
        #expect(throws: SessionLogError.self) { try SessionLog(folder: folder, session: session) { _ in } }
    }

    @Test("What was recorded once is not recorded again, by this recorder or the next")
    func recorder() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let counters = Counters()
        let texts = [
            #"{"id":"a","type":"session.status_running","processed_at":"2026-11-20T09:00:00Z"}"#,
            #"{"id":"u","type":"user.message","processed_at":null}"#,
            #"{"id":"u","type":"user.message","processed_at":"2026-11-20T09:00:01Z"}"#,
            #"{"id":"","type":"user.interrupt","processed_at":"2026-11-20T09:00:02Z"}"#,
            #"{"id":"","type":"user.interrupt","processed_at":"2026-11-20T09:00:02Z"}"#,
            #"{"id":"","type":"user.interrupt","processed_at":"2026-11-20T09:00:03Z"}"#,
            #"{"id":"p","type":"event_start"}"#, #"{"id":"p","type":"event_delta"}"#,
        ]
        let first = try SessionRecorder(folder: folder, session: "sesn_1", counters: counters)
        try first.record(texts.map(event))
        try first.record(texts.map(event))
        #expect(first.fold.eventsCount == 4, "previews, echoes of echoes and repetitions are not events")
        #expect(first.fold.interruptsSeen == 2)
        let second = try SessionRecorder(folder: folder, session: "sesn_1", counters: counters)
        #expect(second.fold.eventsCount == 4)
        #expect(second.fold.status == .running)
        try second.record(texts.map(event))
        #expect(try open().1.count == 4)
    }

    @Test("Keys that differ little do not meet")
    func keys() {
        var seen: Set<EventKey> = []
        for number in 0..<50_000 { #expect(seen.insert(EventKey("sevt_\(number)")).inserted) }
    }
}
