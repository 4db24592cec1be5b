/// A task as people paste it: its id, or a link that ends with it.
package struct TaskMention: Hashable, Sendable {
    package let id: String
    /// What a link says of who keeps it.
    package let tool: WorkToolKind?
    static let idCharactersMax = 40
    /// Asana's ids are numbers of so many digits at least; ClickUp's are shorter, and hold letters as a rule.
    static let asanaDigitsMin = 13

    package init?(_ text: String) {
        let plain = text.prefix { $0 != "?" && $0 != "#" }
        var parts = plain.split(separator: "/")
        let isLink = plain.contains("://")
        let host = isLink ? parts.dropFirst().first.map { $0.lowercased() } ?? "" : ""
        tool = host.hasSuffix("asana.com") ? .asana : host.hasSuffix("clickup.com") ? .clickUp : nil
        // Asana marks a task that is shown alone by an "f" behind its id.
        if tool == .asana, parts.last == "f" { parts.removeLast() }
        // The address of a comment has its task's before it.
        if tool == .asana, parts.count > 2, parts[parts.count - 2] == "comment" { parts.removeLast(2) }
        guard parts.count == 1 || (isLink && parts.count > 2), let last = parts.last,
            last.count <= Self.idCharactersMax, last.contains(where: \.isNumber) || !isLink,
            last.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        else { return nil }
        id = String(last)
    }

    /// Who made this id: as its link says, else as its shape does. Nil for what may be either's.
    package var maker: WorkToolKind? {
        if let tool { return tool }
        guard id.allSatisfy(\.isNumber) else { return .clickUp }
        return id.count >= Self.asanaDigitsMin ? .asana : nil
    }
}
