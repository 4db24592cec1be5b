import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Places in a session's log")
struct SessionLogPlacesTests {
    private static let start: Int64 = 1_700_000_000_000

    private static func with(_ lines: [String], _ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("places-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: folder.appendingPathComponent("sesn_1.jsonl"))
        try body(folder)
    }

    private static func message(_ number: Int, length: Int) -> String {
        let date = Date(timeIntervalSince1970: Double(start) / 1_000 + Double(number))
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let text = "\(number): " + String(repeating: "a", count: length)
        return
            #"{"id":"m\#(number)","type":"agent.message","processed_at":"\#(date)","content":[{"type":"text","text":"\#(text)"}]}"#
    }

    @Test("Where a moment is in a log is found without reading it all", arguments: [0, 1, 40, 900])
    func moment(length: Int) throws {
        let count = 2_500
        try Self.with((0..<count).map { Self.message($0, length: length) }) { folder in
            let reader = SessionLogReader(folder: folder, session: "sesn_1")
            for number in [0, 1, 17, 999, 1_500, count - 1] {
                let end = reader.end(at: Self.start + Int64(number) * 1_000 + 400)
                let line = try #require(reader.newest(before: end, atMost: 1).lines.first)
                #expect(line.text.hasPrefix("\(number): "))
            }
            #expect(reader.end(at: Self.start - 1) == 0)
        }
    }

    @Test("A line is shown as it was written, but for what no page may show")
    func json() throws {
        let lines = [
            Self.message(1, length: 3),
            #"{"id":"x","type":"agent.message","content":[{"type":"text","text":"sk-ant-canary7f3a91"}]}"#,
            "no event", #"{"id":"y","type":"user.message","content":[{"type":"text","text":"Go on"}]}"#,
        ]
        try Self.with(lines) { folder in
            let piece = SessionLogReader(folder: folder, session: "sesn_1", as: .json).newest()
            #expect(piece.lines.first?.text == lines[0] && piece.lines.last?.text == lines[3])
            #expect(piece.lines.count == 3 && piece.unreadableCount == 1 && !piece.lines[1].text.contains("canary"))
            #expect(piece.earliest == Self.start + 1_000)
            #expect(SessionLogReader(folder: folder, session: "sesn_1").firstRequest() == "Go on")
            let other = SessionLogReader(folder: folder, session: "sesn_2")
            #expect(!other.exists && other.firstRequest() == nil && other.end(at: .max) == 0)
        }
    }
}
