import Foundation

/// The fields of a query string or of an `application/x-www-form-urlencoded` body, in order. Names may repeat.
struct FormFields: Sendable {
    let pairs: [(name: String, value: String)]

    init(_ text: some StringProtocol) {
        pairs = text.split(separator: "&").map { field in
            let halves = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(halves[0]), halves.count == 2 ? Self.decoded(halves[1]) : "")
        }
    }

    subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }
    func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    private static func decoded(_ text: some StringProtocol) -> String {
        let spaced = text.map { $0 == "+" ? " " : $0 }
        return String(spaced).removingPercentEncoding ?? String(spaced)
    }

    /// Writes fields the way a browser posts a form.
    static func encode(_ fields: [(String, String)]) -> String {
        fields.map { "\(encoded($0.0))=\(encoded($0.1))" }.joined(separator: "&")
    }

    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
