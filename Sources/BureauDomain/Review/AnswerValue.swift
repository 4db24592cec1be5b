/// What may be the value of a field, by the field's name: the same rules a client's record is held to, and for the rest
/// the look of a value instead of a sentence.
struct AnswerValue {
    enum Way: Hashable, Sendable {
        /// "name: value"
        case named
        /// "the name is value"
        case said
        /// A comment that is nothing else.
        case alone
    }

    private enum Shape { case webAddress, phone, email, zone, text }
    private let shape: Shape

    init(_ field: String) {
        let name = field.lowercased().split { !$0.isLetter && !$0.isNumber }
        switch name.last {
        case "url", "website", "domain": shape = .webAddress
        case "phone", "telephone", "mobile": shape = .phone
        case "email", "mail": shape = .email
        case "zone", "timezone": shape = .zone
        default: shape = field.lowercased().contains("phone") ? .phone : .text
        }
    }

    /// The value, or nil when it is none.
    func read(_ text: String, _ way: Way) -> String? {
        guard text.contains(where: { $0.isLetter || $0.isNumber }) else { return nil }
        switch shape {
        case .webAddress:
            if ClientFieldRule.isWebAddress(text) { return text }
            let whole = "https://" + text
            return !text.contains(":") && ClientFieldRule.isWebAddress(whole) ? whole : nil
        case .phone:
            let digits = text.count { $0.isNumber }
            let isPlain = text.lowercased().replacing("ext", with: "").allSatisfy {
                $0.isNumber || $0.isWhitespace || "+-()./x#".contains($0)
            }
            return isPlain && (5...20).contains(digits) ? text : nil
        case .email: return TextRule.email.allows(text) ? text : nil
        case .zone: return ZoneOffsets(identifier: text) == nil ? nil : text
        case .text: return isValue(text, way) ? text : nil
        }
    }

    private func isValue(_ text: String, _ way: Way) -> Bool {
        let words = Self.words(text)
        // "Competitors: TBD" promises a value.
        if words.count == 1, let only = words.first, Self.placeholders.contains(only) { return false }
        guard way != .named else { return true }
        guard let first = words.first, !Self.talk.contains(first), way == .alone || !Self.states.contains(first) else {
            return false
        }
        return text.split(whereSeparator: { ",;".contains($0) }).allSatisfy { Self.words($0).count <= Self.wordsMax }
            && words.allSatisfy { !Self.sentenceWords.contains($0) }
    }

    /// Of one entry of a list.
    private static let wordsMax = 6

    private static func words(_ text: some StringProtocol) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "’" }
            .map { String($0).replacing("’", with: "'") }
    }

    private static let placeholders: Set<String> = ["tbd", "tba", "unknown", "pending", "later", "soon", "asap"]
    /// How something is, after "is" or "are": "the address is wrong".
    private static let states: Set<String> = Set(
        """
        wrong missing right correct fine good okay ok done there here above below attached coming ready unknown unclear \
        pending outdated old new down up in on at not still now same different known empty filled
        """.split(separator: " ").map(String.init))
    /// What begins a remark between people.
    private static let talk: Set<String> = Set(
        """
        thanks thank ok okay sorry hi hello hey will ill let please what why who when where how can could should done \
        fixed updated added yes no not the checking asking waiting noted sure give just sounds looks working talk call \
        cheers great perfect cool nice good fyi bump ping any morning afternoon everyone team tomorrow today later soon \
        asap pending tbd tba unknown sent sending coming same also maybe perhaps probably still almost never nope yep \
        yeah got understood agreed approved accept change next see check back
        """.split(separator: " ").map(String.init))
    /// Pronouns and finite verbs: a sentence has them, a value has not.
    private static let sentenceWords: Set<String> = Set(
        """
        i we you he she they it this that these those me us them my your i'll we'll i'm we're it's that's i've we've \
        you're they're don't doesn't didn't can't won't isn't is are was were am be been will would shall should can \
        could may might must do does did have has had need needs want wants know knows think thinks see sees look looks \
        ask asks asked asking send sends sent get gets got let lets let's check checked checking wait waits waiting \
        tomorrow asap tbd
        """.split(separator: " ").map(String.init))
}
