/// What one field of a client may hold: a text, a number, true or false, or a list of those. Fields agents know by
/// name are held to their meaning.
struct ClientFieldRule {
    static let textCharactersMax = 10_000
    static let listMax = 500

    let problems: ConfigProblems

    func check(_ member: PositionedJSON.Member, at place: String) {
        if member.key == "client_id" || member.key == "client_name" {
            let home = member.key == "client_id" ? "slug" : "name"
            problems.add(place, member.keyPosition, "this is the record's \(home); it does not stand among the fields")
        } else if !TextRule.field.allows(member.key) {
            problems.add(place, member.keyPosition, "expected a field name of \(TextRule.field.expectation)")
        }
        if member.key.hasSuffix("_url"), case .string(let text) = member.value.kind, !Self.isWebAddress(text) {
            problems.add(
                place, member.value.position,
                "expected a web address that starts with https:// or http://, found \(quoted(text))",
                suggestion: Self.isWebAddress("https://\(text)") && !text.contains(":") ? "https://\(text)" : nil)
        }
        if member.key == Schedule.clientZoneField, case .string(let text) = member.value.kind, !text.isEmpty,
            ZoneOffsets(identifier: text) == nil
        {
            problems.add(
                place, member.value.position, "expected a time zone such as \"Europe/Berlin\", found \(quoted(text))",
                suggestion: ZoneOffsets.nearest(to: text))
        }
        check(member.value, at: place, inList: false)
    }

    private func check(_ json: PositionedJSON, at place: String, inList: Bool) {
        switch json.kind {
        case .null, .bool, .number: break
        case .string(let text):
            if text.unicodeScalars.count > Self.textCharactersMax {
                problems.add(place, json.position, "expected at most \(Self.textCharactersMax) characters")
            }
            if text.unicodeScalars.contains(where: { $0.value < 0x20 && !"\n\r\t".unicodeScalars.contains($0) }) {
                problems.add(place, json.position, "expected a text without control characters")
            }
        case .array(let items) where !inList:
            if items.count > Self.listMax {
                problems.add(place, json.position, "expected at most \(Self.listMax) entries, found \(items.count)")
            }
            for (index, item) in items.prefix(Self.listMax).enumerated() {
                check(item, at: "\(place)[\(index)]", inList: true)
            }
        case .array, .object:
            problems.add(
                place, json.position, "expected a text, a number or a list of those, found \(json.value.kindName)")
        }
    }

    static func isWebAddress(_ text: String) -> Bool {
        let rest: Substring
        if text.hasPrefix("https://") {
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            rest = text.dropFirst(7)
        } else {
            return false
        }
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return host.contains(".") && !host.hasPrefix(".") && !host.hasSuffix(".") && !host.contains("@")
            && rest.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    }
}

extension TextRule {
    static let email = TextRule(expectation: "an e-mail address", lengthMax: 254) { text in
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !parts[1].hasPrefix(".")
            && !parts[1].hasSuffix(".") && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    }
}
