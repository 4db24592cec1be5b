import BureauDomain
import Foundation
import HTTPTypes

/// Where a list goes on. It says nothing to its reader, and one of another list, or one that was written by hand, is
/// refused.
enum APICursor {
    static func make(_ list: String, _ id: String) -> String {
        Data("\(list):\(id)".utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// Where the data at a page's own address goes on: the "next" of the answer before, or what the page itself says.
    /// A program that hands the one back under the name of the other is not sent round in a circle.
    static func place(_ web: WebRequest, of list: String, or own: String?) throws -> String? {
        guard let text = web.query("cursor") else { return own.map { (try? read($0, of: list)) ?? $0 } }
        return try read(text, of: list)
    }

    static func read(_ text: String, of list: String) throws -> String {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        let parts = Data(base64Encoded: padded).map { String(decoding: $0, as: UTF8.self) }?
            .split(separator: ":", maxSplits: 1).map(String.init)
        guard let parts, parts.count == 2, parts[0] == list, (1...placeBytesMax).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ isPart($0) })
        else {
            throw APIProblem(
                status: .badRequest, title: "Unknown cursor", detail: "cursor is not one that this list gave out.",
                fix: "Begin without it, then send the \"next\" of each answer as it is.")
        }
        return parts[1]
    }

    /// An order, what it goes by, and a slug.
    private static let placeBytesMax = 120

    /// What ids, slugs, the names of users and places in a list's other orders are made of.
    private static func isPart(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~")
    }
}
