import Foundation

/// One object of a config file while it is read. Every question it is asked either has an answer or leaves a problem
/// behind, and it goes on after each, so that one reading finds all mistakes.
struct ConfigObject {
    let path: String
    let position: TextPosition
    let members: [String: PositionedJSON.Member]
    let problems: ConfigProblems

    /// Nil, with a problem, when `json` is no object. `noun` is what its keys are: "key", "channel", "trigger".
    init?(_ json: PositionedJSON, path: String, keys: [String], noun: String = "key", problems: ConfigProblems) {
        guard case .object(let found) = json.kind else {
            problems.add(path, json.position, "expected an object in braces, found \(json.value.kindName)")
            return nil
        }
        self.path = path
        position = json.position
        self.problems = problems
        members = Dictionary(uniqueKeysWithValues: found.map { ($0.key, $0) })
        for member in found where !keys.contains(member.key) {
            guard !problems.isFull else { break }
            let near = NearestKey.nearest(to: member.key, in: keys)
            let known = near == nil ? "; known here: \(keys.joined(separator: ", "))" : ""
            problems.add(place(member.key), member.keyPosition, "unknown \(noun)\(known)", suggestion: near)
        }
    }

    func place(_ key: String) -> String {
        let shown = key.unicodeScalars.count > 60 || key.isEmpty ? quoted(key) : key
        return path.isEmpty ? shown : "\(path).\(shown)"
    }

    func has(_ key: String) -> Bool { members[key] != nil }

    func problem(
        _ key: String, _ message: String, suggestion: String? = nil, severity: ConfigProblem.Severity = .error
    ) {
        problems.add(
            place(key), members[key]?.value.position ?? position, message, suggestion: suggestion, severity: severity)
    }

    /// Reports a required key that is not there, in the object where it should stand.
    private func found(_ key: String, required: Bool) -> PositionedJSON? {
        if let member = members[key] { return member.value }
        if required { problems.add(place(key), position, "required, but missing") }
        return nil
    }

    // MARK: - Values

    func text(_ key: String, _ rule: TextRule, required: Bool = true) -> String? {
        found(key, required: required).flatMap { text($0, at: place(key), rule) }
    }

    func entry(_ key: String, _ rule: TextRule, required: Bool = true) -> Entry? {
        guard let json = found(key, required: required), let text = text(json, at: place(key), rule) else { return nil }
        return Entry(text: text, path: place(key), position: json.position)
    }

    private func text(_ json: PositionedJSON, at place: String, _ rule: TextRule) -> String? {
        guard case .string(let text) = json.kind else {
            var hint: String?
            if case .number(let number) = json.kind { hint = number.text }
            problems.add(place, json.position, "expected a text, found \(json.value.kindName)", suggestion: hint)
            return nil
        }
        guard rule.allows(text) else {
            let near = [text.lowercased(), text.uppercased(), "#\(text)", "@\(text)"].first { rule.allows($0) }
            problems.add(place, json.position, "expected \(rule.expectation), found \(quoted(text))", suggestion: near)
            return nil
        }
        return text
    }

    func texts(_ key: String, _ rule: TextRule, required: Bool = true, countMax: Int = 50) -> [String]? {
        entries(key, rule, required: required, countMax: countMax)?.map(\.text)
    }

    /// A text of a list with its own path and position.
    struct Entry {
        let text: String
        let path: String
        let position: TextPosition
    }

    func entries(_ key: String, _ rule: TextRule, required: Bool = true, countMax: Int = 50) -> [Entry]? {
        guard let json = found(key, required: required) else { return nil }
        guard case .array(let items) = json.kind else {
            problem(key, "expected a list in square brackets, found \(json.value.kindName)")
            return nil
        }
        guard items.count <= countMax else {
            problem(key, "expected at most \(countMax) entries, found \(items.count)")
            return nil
        }
        var entries: [Entry] = []
        for (index, item) in items.enumerated() {
            let path = "\(place(key))[\(index)]"
            guard let text = text(item, at: path, rule) else { continue }
            if entries.contains(where: { $0.text == text }) {
                problems.add(path, item.position, "\(quoted(text)) stands in this list twice")
            }
            entries.append(Entry(text: text, path: path, position: item.position))
        }
        return entries
    }

    func flag(_ key: String, required: Bool = false) -> Bool? {
        guard let json = found(key, required: required) else { return nil }
        guard case .bool(let flag) = json.kind else {
            problem(key, "expected true or false, found \(json.value.kindName)")
            return nil
        }
        return flag
    }

    /// A number above `above` (or from `from`) up to `to`.
    func number(_ key: String, _ range: NumberRange, required: Bool = true) -> Decimal? {
        guard let json = found(key, required: required) else { return nil }
        guard case .number(let number) = json.kind else {
            problem(key, "expected a number, found \(json.value.kindName)")
            return nil
        }
        guard let value = number.decimal, range.contains(value) else {
            problem(key, "expected a number \(range), found \(number.text)")
            return nil
        }
        return value
    }

    func whole(_ key: String, _ range: ClosedRange<Int>, required: Bool = true) -> Int? {
        guard let json = found(key, required: required) else { return nil }
        guard case .number(let number) = json.kind, let value = number.int, range.contains(value) else {
            let shown = json.value.number?.text ?? json.value.kindName
            problem(key, "expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(shown)")
            return nil
        }
        return value
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        let names = type.allCases.map(\.rawValue)
        guard let json = found(key, required: true) else { return nil }
        guard case .string(let text) = json.kind else {
            problem(key, "expected a text, found \(json.value.kindName)")
            return nil
        }
        if let choice = Choice(rawValue: text) { return choice }
        problem(
            key, "expected one of \(names.joined(separator: ", ")), found \(quoted(text))",
            suggestion: NearestKey.nearest(to: text, in: names))
        return nil
    }

    func object(_ key: String, keys: [String], noun: String = "key", required: Bool = true) -> ConfigObject? {
        found(key, required: required).flatMap {
            ConfigObject($0, path: place(key), keys: keys, noun: noun, problems: problems)
        }
    }
}

struct NumberRange: CustomStringConvertible {
    var above: Decimal?
    var from: Decimal?
    let upTo: Decimal

    static func above(_ above: Decimal, upTo: Decimal) -> NumberRange { NumberRange(above: above, upTo: upTo) }
    static func from(_ from: Decimal, upTo: Decimal) -> NumberRange { NumberRange(from: from, upTo: upTo) }

    func contains(_ value: Decimal) -> Bool {
        value <= upTo && above.map { value > $0 } != false && from.map { value >= $0 } != false
    }

    var description: String {
        let start = above.map { "above \($0)" } ?? from.map { "from \($0)" } ?? ""
        return "\(start) up to \(upTo)"
    }
}
