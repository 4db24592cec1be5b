import BureauEngine
import Foundation

@testable import BureauWeb

/// Rows of a timeline, a second apart, one letter each.
enum TimelineCalls {
    static let start: Int64 = 1_700_000_000_000

    /// `r` answers the oldest call that has no answer yet, `t` refuses it, `x` answers one that nobody knows; `m` is a
    /// message, `o` one of the run's own, `n` an answer without a time; every other letter is a call of the tool of that name.
    static func items(_ kinds: String) throws -> [TimelineItem] {
        let kinds = kinds.split(separator: " ").map(String.init)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("calls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var (open, text) = ([String](), "")
        for (index, kind) in kinds.enumerated() where kind != "o" {
            text += line(kind, "c\(index)", start + Int64(index) * 1_000, &open) + "\n"
        }
        try Data(text.utf8).write(to: folder.appendingPathComponent("sesn_1.jsonl"))
        var lines = SessionLogReader(folder: folder, session: "sesn_1").newest().lines[...]
        return kinds.enumerated().compactMap { index, kind -> TimelineItem? in
            let at = start + Int64(index) * 1_000
            guard kind != "o" else { return .own(RunEvent(seq: Int64(index + 1), at: at, kind: "note", detail: "")) }
            return lines.popFirst().map { .line($0) }
        }
    }

    private static func line(_ kind: String, _ id: String, _ at: Int64, _ open: inout [String]) -> String {
        let time = Date(timeIntervalSince1970: Double(at) / 1_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        var type = #""agent.tool_use","name":"\#(kind)","input":{}"#
        switch kind {
        case "m": type = #""agent.message""#
        case "r", "n", "t":
            let call = open.isEmpty ? "gone" : open.removeFirst()
            type = #""agent.tool_result","tool_use_id":"\#(call)","is_error":\#(kind == "t")"#
        case "x": type = #""agent.tool_result","tool_use_id":"unknown""#
        default: open.append(id)
        }
        let processed = kind == "n" ? "" : #","processed_at":"\#(time)""#
        return #"{"id":"\#(id)","type":\#(type)\#(processed),"content":[{"type":"text","text":"ok"}]}"#
    }
}
