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

    static func read(_ text: String, of list: String) throws -> String {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        let parts = Data(base64Encoded: padded).map { String(decoding: $0, as: UTF8.self) }?
            .split(separator: ":", maxSplits: 1).map(String.init)
        guard let parts, parts.count == 2, parts[0] == list, (1...80).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ isPart($0) })
        else {
            throw APIProblem(
                status: .badRequest, title: "Unknown cursor", detail: "cursor is not one that this list gave out.",
                fix: "Begin without it, then send the \"next\" of each answer as it is.")
        }
        return parts[1]
    }

    /// What ids, slugs and the names of users are made of.
    private static func isPart(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: ".")
    }
}
