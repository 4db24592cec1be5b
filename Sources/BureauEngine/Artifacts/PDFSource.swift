import Foundation

/// A stranger's page as Chromium is given it: the same words, and nothing in it that runs, asks or leads elsewhere.
enum PDFSource {
    static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
        + "base-uri 'none'"

    /// Before everything the stranger wrote, so that it holds for all of it. The parser takes a second doctype, `html`
    /// and `head` as part of the first.
    private static let head =
        #"<!doctype html><html><head><meta charset="utf-8">"#
        + #"<meta http-equiv="Content-Security-Policy" content="\#(policy)">"# + "\n"

    static func guarded(_ page: Data) -> Data {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        // A byte order mark that is not the first thing would be text and end the head.
        let bytes = Array(page.starts(with: mark) ? page.dropFirst(mark.count) : page)
        return Data(Array(head.utf8) + withoutOrders(bytes))
    }

    private static let order = Array("http-equiv".utf8)
    private static let hyphen = Array("&#45;".utf8)

    /// A policy does not forbid `<meta http-equiv="refresh">`, which could lead to a file of this machine. The name of an
    /// attribute is taken as it is written, while text and values are decoded: spelt so, it orders nothing and reads the
    /// same.
    private static func withoutOrders(_ bytes: [UInt8]) -> [UInt8] {
        var made: [UInt8] = []
        made.reserveCapacity(bytes.count + 64)
        var index = 0
        while index < bytes.count {
            guard isOrder(bytes, at: index) else {
                made.append(bytes[index])
                index += 1
                continue
            }
            made.append(contentsOf: bytes[index..<(index + 4)])
            made.append(contentsOf: hyphen)
            made.append(contentsOf: bytes[(index + 5)..<(index + order.count)])
            index += order.count
        }
        return made
    }

    private static func isOrder(_ bytes: [UInt8], at start: Int) -> Bool {
        guard start + order.count <= bytes.count else { return false }
        for (offset, letter) in order.enumerated() {
            let byte = bytes[start + offset]
            let lower = (65...90).contains(byte) ? byte + 32 : byte
            guard lower == letter else { return false }
        }
        return true
    }
}
