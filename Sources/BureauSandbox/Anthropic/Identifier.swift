/// Opaque ids in the vendor's look: a prefix and 24 letters and digits.
enum Identifier {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")

    static func make(_ prefix: String) -> String {
        var generator = SystemRandomNumberGenerator()
        var tail = "01"
        for _ in 0..<22 { tail.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]) }
        return "\(prefix)_\(tail)"
    }
}
