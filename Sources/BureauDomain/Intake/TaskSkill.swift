/// How a task says which of several agents it wants, when they share projects and an assignee, or a list.
package struct TaskSkill: Hashable, Sendable {
    /// The custom field that names it.
    package let field: String
    /// What the field says when this agent is meant.
    package let names: [String]
    /// Words in title or notes that mean this agent when the field is empty.
    package let phrases: [String]
    /// Agents that a task may be given to though they work elsewhere. Those of the same project or list may be anyway.
    package let routesTo: [String]

    package init(field: String, names: [String], phrases: [String], routesTo: [String] = []) {
        (self.field, self.names, self.phrases, self.routesTo) = (field, names, phrases, routesTo)
    }

    package enum Asked: Hashable, Sendable {
        case this
        /// What the field says, and this agent does not do.
        case other(String)
        /// Neither the field nor the words tell.
        case unsaid
    }

    /// The field first, then the words. `text` is title and notes.
    package func asked(field value: String?, text: String) -> Asked {
        if let value, !value.isEmpty {
            let parts = value.split(separator: ",").map(String.init)
            return parts.contains { part in names.contains { Words.same($0, part) } } ? .this : .other(value)
        }
        return phrase(in: text) == nil ? .unsaid : .this
    }

    /// The first of its phrases that stands in `text`, in whole words.
    package func phrase(in text: String) -> String? {
        let words = " " + Self.plain(text) + " "
        return phrases.first { words.contains(" " + Self.plain($0) + " ") }
    }

    /// Letters and digits in lower case with one blank between words, so that punctuation hides no phrase.
    private static func plain(_ text: String) -> String {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
    }
}
