/// A ULID: 48 bits of milliseconds, 80 bits of randomness, 26 characters of Crockford's base 32. Sorts by time.
/// (Layout: the public ULID specification.)
package enum ULID {
    package static let length = 26
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// `randomness` gives the low 80 bits: all 64 of the first and the low 16 of the second number.
    package static func make(milliseconds: Int64, randomness: (UInt64, UInt16)) -> String {
        let high = UInt64(milliseconds) << 16 | UInt64(randomness.1)
        let low = randomness.0
        return String(unsafeUninitializedCapacity: length) { buffer in
            for index in 0..<length {
                let shift = 5 * (length - 1 - index)
                buffer[index] = alphabet[Int(bits(high, low, shift: shift) & 31)]
            }
            return length
        }
    }

    /// What the ids of that millisecond and all later ones are not before.
    package static func floor(milliseconds: Int64) -> String {
        make(milliseconds: max(milliseconds, 0), randomness: (0, 0))
    }

    /// When the id was made, Unix milliseconds; nil for what is no id.
    package static func milliseconds(_ id: String) -> Int64? {
        guard isValid(id) else { return nil }
        return id.utf8.prefix(10).reduce(Int64(0)) { sum, byte in
            sum << 5 | Int64(alphabet.firstIndex(of: byte) ?? 0)
        }
    }

    /// Whether `text` can be an id of ours. Used before an id from outside reaches a query or a path.
    package static func isValid(_ text: String) -> Bool {
        text.utf8.count == length && text.utf8.allSatisfy { alphabet.contains($0) }
    }

    private static func bits(_ high: UInt64, _ low: UInt64, shift: Int) -> UInt64 {
        if shift >= 64 { return high >> UInt64(shift - 64) }
        if shift == 0 { return low }
        return (low >> UInt64(shift)) | (high << UInt64(64 - shift))
    }
}
