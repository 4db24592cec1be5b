import Foundation
import Testing

@testable import BureauVendors

private struct Frame: Equatable, CustomStringConvertible {
    let name: String
    let data: [UInt8]
    var description: String { "\(name)|\(String(decoding: data, as: UTF8.self))" }

    init(_ name: String, _ data: String) { (self.name, self.data) = (name, Array(data.utf8)) }
    init(name: RawSpan, data: RawSpan) {
        self.name = name.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        self.data = data.withUnsafeBytes { Array($0) }
    }
}

private func parse(_ pieces: [ArraySlice<UInt8>], bytesMax: Int = 1 << 20) throws -> [Frame] {
    var parser = SSEParser(eventBytesMax: bytesMax)
    var frames: [Frame] = []
    for piece in pieces { try parser.feed(Array(piece).span.bytes) { frames.append(Frame(name: $0, data: $1)) } }
    return frames
}

/// Every rule of the format in one stream, with characters of two to four bytes and line separators that are none.
private let corpus: (lines: [String], frames: [Frame]) = (
    [
        ": hello", "event: ping", "data: {}", "", "event:agent.message", "data:{\"a\":\"Zoë 🦊\u{2028}\u{0085}x\"}", "",
        "data: first", "data:  second", "data", "", "id: 7", "retry: 10", "event: without data", "", "event: late",
        ":comment within", "data: after", "unknown: field", "datax: no", "", "", "data:", "", "data: never ended",
    ],
    [
        Frame("ping", "{}"), Frame("agent.message", "{\"a\":\"Zoë 🦊\u{2028}\u{0085}x\"}"),
        Frame("", "first\n second\n"), Frame("late", "after"), Frame("", ""),
    ]
)

@Suite("Server-sent events")
struct SSEParserTests {
    @Test("The same frames come out wherever the stream is cut", arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"])
    func everySplit(lineEnd: String, start: String) throws {
        let bytes = Array((start + corpus.lines.joined(separator: lineEnd)).utf8)
        #expect(try parse([bytes[...]]) == corpus.frames)
        for first in 0...bytes.count {
            #expect(try parse([bytes[..<first], bytes[first...]]) == corpus.frames, "cut at \(first)")
        }
        #expect(try parse(bytes.indices.map { bytes[$0...$0] }) == corpus.frames)
    }

    @Test("Two cuts at any two places change nothing")
    func everyTwoSplits() throws {
        let bytes = Array(corpus.lines.prefix(12).joined(separator: "\r\n").utf8)
        for first in bytes.indices {
            for second in first..<bytes.count {
                let frames = try parse([bytes[..<first], bytes[first..<second], bytes[second...]])
                guard frames == Array(corpus.frames.prefix(3)) else {
                    Issue.record("cuts at \(first) and \(second) gave \(frames)")
                    return
                }
            }
        }
    }

    @Test("Mixed line ends are told apart")
    func mixed() throws {
        #expect(
            try parse([Array("data: a\r\rdata: b\n\ndata: c\r\n\r\n".utf8)[...]]) == [
                Frame("", "a"), Frame("", "b"), Frame("", "c"),
            ])
    }

    @Test("A byte order mark counts only at the very beginning")
    func byteOrderMark() throws {
        #expect(try parse([Array("data: a\n\n\u{FEFF}data: b\n\n".utf8)[...]]) == [Frame("", "a")])
    }

    @Test("An event past the bound is refused, in one line or many, in one piece or many", arguments: [1, 7, 4096])
    func bound(pieceBytes: Int) throws {
        let oneLine = Array(("data: " + String(repeating: "x", count: 200) + "\n\n").utf8)
        let manyLines = Array((String(repeating: "data: xxxxxxxxx\n", count: 20) + "\n").utf8)
        for bytes in [oneLine, manyLines] {
            let pieces = stride(from: 0, to: bytes.count, by: pieceBytes).map {
                bytes[$0..<min($0 + pieceBytes, bytes.count)]
            }
            #expect(throws: SSEParser.EventTooLarge(bytesMax: 100)) { try parse(pieces, bytesMax: 100) }
            #expect(try parse(pieces, bytesMax: 200).count == 1)
        }
    }

    @Test("Random bytes never crash it, and cutting them never changes the result")
    func random() throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet: [UInt8] = [0x0A, 0x0D, 0x3A, 0x20] + Array("data:event".utf8) + [0xEF, 0xBB, 0xBF, 0x00, 0xFF]
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            let whole = try parse([bytes[...]])
            let cut = Int.random(in: 0...bytes.count, using: &generator)
            let halves = try parse([bytes[..<cut], bytes[cut...]])
            #expect(whole == halves, "\(bytes) cut at \(cut)")
        }
    }
}
