/// A key, token or signing secret. It cannot be printed, encoded, compared or hashed by accident; only the vendor
/// clients in this ring can read it.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String) { self.value = value }

    package var isEmpty: Bool { value.isEmpty }

    func reveal() -> String { value }

    /// Whether both hold the same characters, in a time that does not tell how many are the same.
    package func isSame(as other: Secret) -> Bool {
        let (one, two) = (Array(value.utf8), Array(other.value.utf8))
        guard one.count == two.count else { return false }
        return zip(one, two).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    package var description: String { "<secret>" }
    package var debugDescription: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
