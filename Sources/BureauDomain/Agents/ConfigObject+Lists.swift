extension ConfigObject {
    static let wordCharactersMax = 4_000

    /// A list of texts in which empty ones and repetitions mean something, such as a command line. Nil, with a
    /// problem, when it is missing or anything else.
    func words(_ key: String, countMax: Int) -> [String]? {
        guard let json = members[key]?.value else {
            problem(key, "required, but missing")
            return nil
        }
        guard case .array(let items) = json.kind, 1...countMax ~= items.count else {
            problem(key, "expected a list of 1 to \(countMax) texts in square brackets")
            return nil
        }
        var words: [String] = []
        for (index, item) in items.enumerated() {
            guard case .string(let text) = item.kind, text.unicodeScalars.count <= Self.wordCharactersMax,
                !text.utf8.contains(0)
            else {
                problems.add(
                    "\(place(key))[\(index)]", item.position,
                    "expected a text of at most \(Self.wordCharactersMax) characters")
                return nil
            }
            words.append(text)
        }
        return words
    }

    /// A list of objects that may be left out. Nil, with a problem, when it is anything else.
    func objects(_ key: String, keys: [String], countMax: Int) -> [ConfigObject]? {
        guard let json = members[key]?.value else { return [] }
        guard case .array(let items) = json.kind, items.count <= countMax else {
            problem(key, "expected a list of at most \(countMax) entries in square brackets")
            return nil
        }
        return items.enumerated().compactMap { index, item in
            ConfigObject(item, path: "\(place(key))[\(index)]", keys: keys, problems: problems)
        }
    }
}
