import BureauDomain
import Foundation
import Testing

@testable import BureauEngine

@Suite("A session's log to take away")
struct SessionLogExportTests {
    private static func export(_ text: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("export-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(text.utf8).write(to: folder.appendingPathComponent("sesn_1.jsonl"))
        var export = try #require(SessionLogExport(folder: folder, session: "sesn_1"))
        var bytes: [UInt8] = []
        while let more = export.next() { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let texts: [(String, String, String)] = [
        ("nothing", "", ""), ("a half line", #"{"a":1}"#, ""),
        ("spaces and order as they came", "{\"b\" : 1, \"a\":[ 2]}\n", "{\"b\" : 1, \"a\":[ 2]}\n"),
        ("two lines and a half", "{\"a\":1}\n{\"b\":2}\n{\"c\"", "{\"a\":1}\n{\"b\":2}\n"),
        ("a credential in a text", "{\"a\":\"token=abcdefgh\"}\n", "{\"a\":\"token=[removed]\"}\n"),
        ("a member named like one", "{\"a\":1,\"password\":\"x\"}\n", "{\"a\":1}\n"),
        ("no JSON", "Bearer abcdefgh\n", "Bearer [removed]\n"),
        ("a line of several pieces", "{\"a\":\"BIG\"}\n{}\n", "{\"a\":\"BIG\"}\n{}\n"),
        (
            "a line that is too long", "{}\n{\"a\":\"HUGE\"}\n{\"b\":1}\n",
            "{}\n{\"type\":\"bureau.line_too_long\",\"bytes_max\":8388608}\n{\"b\":1}\n"
        ),
    ]

    @Test("Whole lines leave in order, byte for byte but for credentials", arguments: texts)
    func export(what: String, text: String, expected: String) throws {
        func grown(_ text: String) -> String {
            text.replacing("BIG", with: String(repeating: "a", count: 3 << 20))
                .replacing("HUGE", with: String(repeating: "a", count: SessionLogExport.lineBytesMax + 1))
        }
        let isAsExpected = try Self.export(grown(text)) == grown(expected)
        #expect(isAsExpected, "\(what)")
    }

    @Test("A search goes through several pieces and then says how far it came")
    func search() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("search-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let filler = String(repeating: "a", count: 100 << 10)
        let words = (0..<80).map { $0 == 3 || $0 == 60 ? "rare \($0)" : filler }
        let lines = words.map { #"{"id":"m","type":"agent.message","content":[{"type":"text","text":"\#($0)"}]}"# }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
            to: folder.appendingPathComponent("sesn_1.jsonl"))
        let reader = SessionLogReader(folder: folder, session: "sesn_1")
        let first = reader.search(atMost: 10) { $0.text.contains("rare") }
        #expect(first.lines.map(\.text) == ["rare 60"] && first.start > 0)
        let second = reader.search(before: first.start, atMost: 10) { $0.text.contains("rare") }
        #expect(second.lines.map(\.text) == ["rare 3"] && second.start == 0)
    }
}
