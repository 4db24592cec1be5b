import BureauVendors
import Foundation
import Testing

@testable import BureauEngine

@Suite("Reading a session's log from its end")
struct SessionLogReaderTests {
    /// Messages of very different lengths, some longer than a piece, with status lines between them.
    private static func write(_ count: Int, seed: UInt64, _ folder: URL) throws -> [String] {
        var chance = Seeded(state: seed)
        var (text, messages) = ("", [String]())
        for number in 0..<count {
            let length = Int(chance.next() % (chance.next() % 40 == 0 ? 900_000 : 3_000))
            let word = "message \(number) " + String(repeating: "a", count: length)
            if chance.next() % 3 == 0 {
                text += #"{"id":"s\#(number)","type":"session.status_running"}"# + "\n"
            }
            text += #"{"id":"m\#(number)","type":"agent.message","content":[{"type":"text","text":"\#(word)"}]}"# + "\n"
            if length < 400_000 { messages.append("message \(number)") }
        }
        try Data(text.utf8).write(to: folder.appendingPathComponent("sesn_1.jsonl"))
        return messages
    }

    @Test("Page by page every message is shown once and in order, whatever the lengths", arguments: 1...12)
    func pages(seed: UInt64) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reader-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let written = try Self.write(150, seed: seed, folder)
        let reader = SessionLogReader(folder: folder, session: "sesn_1")
        var (found, before) = ([SessionLine](), UInt64?.none)
        for _ in 0..<2_000 {
            let page = reader.newest(before: before, atMost: Int(seed) * 3) { $0.isKey }
            #expect(page.lines.count <= Int(seed) * 3)
            found = page.lines + found
            guard page.start > 0 else { break }
            #expect(page.start < before ?? .max, "each page begins further up")
            before = page.start
        }
        let words = found.map { $0.text.split(separator: " ").prefix(2).joined(separator: " ") }
        #expect(Set(words).count == words.count, "nothing twice")
        #expect(words == words.sorted { Int($0.dropFirst(8)) ?? 0 < Int($1.dropFirst(8)) ?? 0 })
        #expect(Set(written).isSubset(of: words), "nothing left out but what is longer than a piece")
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.end <= $1.start })
    }
}
