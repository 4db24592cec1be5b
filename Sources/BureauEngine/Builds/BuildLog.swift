import BureauVendors
import Foundation

/// A builder's output as the run's session log: `runs events --session` and the watch show it like a session's.
///
/// A line's id follows from its place, so that a server that reads the output again after a restart adds nothing twice.
final class BuildLog {
    static let lineCharactersMax = 2_000
    /// Of one command; what comes after is counted and kept in its own file only.
    static let linesMax = 20_000

    private let recorder: SessionRecorder
    private let name: String
    private let label: String
    private let path: String
    private let doors: Doors
    private var offset: UInt64 = 0
    private var pending = Data()
    private var count = 0

    init(_ recorder: SessionRecorder, build: BuildRecord, step: String, path: String, doors: Doors) {
        self.recorder = recorder
        name = "\(build.round)-\(build.attempt)-\(step)"
        label = step
        self.path = path
        self.doors = doors
    }

    /// Takes the lines that are whole. At the end the last one counts as whole, too.
    func read(isOver: Bool) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else { return }
        defer { try? handle.close() }
        try handle.seek(toOffset: offset)
        while let data = try handle.read(upToCount: 1 << 18), !data.isEmpty {
            offset += UInt64(data.count)
            pending.append(data)
            try takeLines()
        }
        if isOver, !pending.isEmpty {
            pending.append(10)
            try takeLines()
        }
    }

    private func takeLines() throws {
        var events: [RawEvent] = []
        var rest = pending[...]
        while let end = rest.firstIndex(of: 10) {
            count += 1
            if count <= Self.linesMax, let event = event(Data(rest[..<end])) { events.append(event) }
            rest = rest[(end + 1)...]
        }
        // A line without an end is not waited for without one.
        if rest.count > Self.lineCharactersMax * 4 {
            count += 1
            if count <= Self.linesMax, let event = event(Data(rest)) { events.append(event) }
            rest = rest[rest.endIndex...]
        }
        pending = Data(rest)
        try recorder.record(events)
    }

    private func event(_ line: Data) -> RawEvent? {
        let text = PlainText.line(String(decoding: line, as: UTF8.self), charactersMax: Self.lineCharactersMax)
        guard !text.isEmpty else { return nil }
        let at = Date(timeIntervalSince1970: Double(doors.now()) / 1_000).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let line = Line(
            id: "\(name)-\(count)", processedAt: at, step: label, content: [.init(text: "\(label): \(text)")])
        return (try? JSONText.encode(line)).flatMap { RawEvent(bytes: Array($0.utf8)) }
    }

    private struct Line: Encodable {
        struct Part: Encodable {
            var type = "text"
            var text: String
        }
        var id: String
        var type = "agent.message"
        var processedAt: String
        var step: String
        var content: [Part]

        enum CodingKeys: String, CodingKey {
            case id, type, step, content
            case processedAt = "processed_at"
        }
    }
}
