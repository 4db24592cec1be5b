/// Finds the known word a person probably meant.
package enum NearestKey {
    private static let lengthMax = 64

    /// The closest of `known`, if it is close: at most one edit for every three letters, two at least for longer words.
    package static func nearest(to word: String, in known: [String]) -> String? {
        let plain = folded(word)
        guard !plain.isEmpty, plain.count <= lengthMax else { return nil }
        let ranked = known.map { (name: $0, distance: distance(plain, folded($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        let allowed = plain.count < 4 ? 1 : max(2, plain.count / 3)
        return best.distance <= allowed ? best.name : nil
    }

    /// "Display-Name" and "displayName" are both "display_name" misspelt by no letter.
    private static func folded(_ word: String) -> [Character] {
        word.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }.map { $0 }
    }

    /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
    static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var older: [Int] = []
        var previous = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var cost = min(
                    previous[column] + (character == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                    cost = min(cost, older[column - 1] + 1)
                }
                current.append(cost)
            }
            older = previous
            previous = current
        }
        return previous[right.count]
    }
}
