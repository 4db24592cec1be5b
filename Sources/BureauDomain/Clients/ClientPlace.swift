/// Where a client is, in the few words that tell it from another of the same name.
package enum ClientPlace {
    static let charactersMax = 60

    /// "Columbus, OH" of "100 Example Street, Columbus, OH 43004, USA". Nil for what is not written like that: a guess
    /// would be told as a fact.
    package static func words(address: String) -> String? {
        let parts = address.split(separator: ",").map { $0.split(separator: " ").joined(separator: " ") }
        guard let index = parts.indices.dropFirst().first(where: { isState(parts[$0]) }) else { return nil }
        let city = parts[index - 1], state = parts[index].prefix(2)
        guard !city.isEmpty, city.count <= charactersMax, !city.contains(where: { $0.isNumber || $0.isNewline }) else {
            return nil
        }
        return "\(city), \(state)"
    }

    /// "OH", "OH 43004", "OH 43004-1234".
    private static func isState(_ part: String) -> Bool {
        let words = part.split(separator: " ")
        guard let state = words.first, state.count == 2, words.count <= 2 else { return false }
        guard state.allSatisfy({ $0.isASCII && $0.isUppercase }) else { return false }
        return words.dropFirst().allSatisfy { word in
            word.allSatisfy { $0.isASCII && ($0.isNumber || $0 == "-") }
        }
    }
}
