import BureauDomain

/// A call's input as fields: one for each text, number and yes or no at its top, and one for the rest, as JSON.
struct ChangeForm {
    /// As the agent wrote it.
    let original: JSONObject
    static let fieldsMax = 40, lineCharactersMax = 80, nameCharactersMax = 100
    private static let prefix = "m.", rest = "rest"

    /// Nil for an input without members.
    init?(_ input: String) {
        guard let object = (try? JSONValue.parse(Array(input.utf8)))?.object else { return nil }
        original = object
    }

    /// What somebody wrote, or what is wrong with it, by the fields' names.
    enum Reading {
        case changed(JSONValue)
        case wrong([String: String])
    }

    /// Those that have a field of their own, which a browser gives back as they were when nobody touched them.
    private var plain: [JSONObject.Member] { Array(original.members.filter(Self.isPlain).prefix(Self.fieldsMax)) }

    private static func isPlain(_ member: JSONObject.Member) -> Bool {
        guard (1...nameCharactersMax).contains(member.key.count), isLine(member.key) else { return false }
        return switch member.value {
        case .string(let text): !text.hasPrefix("\n") && isLine(text, or: ["\n", "\t"])
        case .number, .bool: true
        case .null, .array, .object: false
        }
    }

    private static func isLine(_ text: String, or others: Set<Unicode.Scalar> = []) -> Bool {
        text.unicodeScalars.allSatisfy { ($0.value >= 32 && $0.value != 127) || others.contains($0) }
    }

    // MARK: Showing

    /// With what somebody wrote before, where they did.
    func fields(_ written: FormBody? = nil, wrong: [String: String] = [:]) -> [Field] {
        let own = plain, names = Set(own.map(\.key))
        let fields = own.enumerated().map { place, member in
            let name = Self.prefix + member.key
            return field(member, "change-\(place)", written?[name], wrong[name])
        }
        let others = original.members.filter { !names.contains($0.key) }
        guard !others.isEmpty else { return fields }
        let text = JSONValue.object(JSONObject(others.map { ($0.key, $0.value) })).pretty
        return fields + [
            Field(
                Self.rest, "Everything else", .long, value: written?[Self.rest] ?? text,
                hint: "As JSON: one object with these members.", problem: wrong[Self.rest])
        ]
    }

    private func field(_ member: JSONObject.Member, _ id: String, _ written: String?, _ problem: String?) -> Field {
        let value = written ?? member.value.string ?? member.value.compact
        let isLong = [value, member.value.string ?? ""].contains {
            $0.count > Self.lineCharactersMax || $0.contains(where: \.isNewline)
        }
        var (kind, hint) = (isLong ? Field.Kind.long : .line(type: "text"), String?.none)
        switch member.value {
        case .number: (kind, hint) = (.line(type: "text"), "A number.")
        case .bool:
            kind = .options(["true", "false"].map { Field.Option(word: $0, value: $0, isOn: $0 == value) })
        case .null, .string, .array, .object: break
        }
        return Field(
            Self.prefix + member.key, member.key.replacing("_", with: " ").capitalizedFirst, kind, value: value,
            hint: hint, id: id, problem: problem)
    }

    // MARK: Reading

    /// Members keep their places; new ones come last. What the form does not bring stays as it was.
    func read(_ form: FormBody) -> Reading {
        var wrong: [String: String] = [:]
        let names = Set(plain.map(\.key)), others = rest(form, names, &wrong)
        var made = JSONObject()
        for member in original.members {
            let name = Self.prefix + member.key
            if !names.contains(member.key) {
                made[member.key] = others == nil ? member.value : others?[member.key]
            } else if let text = form[name] {
                made[member.key] = value(text, like: member.value)
                if made[member.key] == nil { wrong[name] = "This has to be \(member.value.kindName)." }
            } else {
                made[member.key] = member.value
            }
        }
        for member in others?.members ?? [] where made[member.key] == nil { made[member.key] = member.value }
        return wrong.isEmpty ? .changed(.object(made)) : .wrong(wrong)
    }

    /// Nil where the form has none, or one that cannot be read.
    private func rest(_ form: FormBody, _ names: Set<String>, _ wrong: inout [String: String]) -> JSONObject? {
        guard let text = form[Self.rest] else { return nil }
        guard text.contains(where: { !$0.isWhitespace }) else { return JSONObject() }
        do {
            guard let object = try JSONValue.parse(Array(text.utf8)).object else {
                wrong[Self.rest] = "This has to be an object: { … }."
                return nil
            }
            let doubled = object.keys.first(where: names.contains)
            if let doubled { wrong[Self.rest] = "\"\(doubled.prefix(80))\" has a field of its own." }
            return object
        } catch {
            wrong[Self.rest] = "This is no JSON: \(error)."
            return nil
        }
    }

    private func value(_ text: String, like old: JSONValue) -> JSONValue? {
        switch old {
        // Browsers end lines their own way.
        case .string: return .string(text.replacing("\r\n", with: "\n").replacing("\r", with: "\n"))
        case .number:
            let read = try? JSONValue.parse(Array(text.utf8))
            return read?.number == nil ? nil : read
        case .bool: return ["true": .bool(true), "false": .bool(false)][text]
        case .null, .array, .object: return nil
        }
    }
}
