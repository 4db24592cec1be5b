/// Who takes a task that asks for somebody else than the agent it came to, or for nobody that is clear. Never a guess: one
/// agent that is named, may have the task and can begin takes it; anything else is asked. The field names before the words
/// of the task do.
package enum TaskRoute: Hashable, Sendable {
    case to(agent: String)
    /// A sentence with the choices, for the people of the task.
    case ask(String)

    /// An agent that the task may mean.
    package struct Choice: Hashable, Sendable {
        package let agent: String
        package let displayName: String
        /// What the field says when it is meant, besides its own names.
        package let skills: [String]
        /// Whether it works where the task is, or the asked agent's file names it.
        package let isAllowed: Bool
        /// What keeps it from beginning, in whole sentences.
        package let troubles: [String]
        /// The one of its phrases that stands in the task.
        package let phrase: String?

        package init(
            agent: String, displayName: String, skills: [String], isAllowed: Bool = true, troubles: [String] = [],
            phrase: String? = nil
        ) {
            self.agent = agent
            self.displayName = displayName
            self.skills = skills
            self.isAllowed = isAllowed
            self.troubles = troubles
            self.phrase = phrase
        }

        func answers(to said: String) -> Bool {
            ([agent, displayName] + skills).contains { Words.same($0, said) }
        }

        fileprivate var words: String {
            skills.first.map { Words.same($0, displayName) ? $0 : "\($0) (\(displayName))" } ?? displayName
        }
    }

    /// `said` is what the field says, nil for nothing; `own` is the agent that was asked, the others those of its account.
    package static func decide(said: String?, field: String, own: Choice, others: [Choice]) -> TaskRoute {
        let open = others.filter { $0.isAllowed && $0.troubles.isEmpty }
        let choices = ([own] + open).prefix(choicesMax).map(\.words).joined(separator: ", ")
        let ask = "Set it to one of these, or answer with it here: \(choices)."
        guard let said, !said.isEmpty else {
            let meant = others.filter { $0.phrase != nil }
            guard !meant.isEmpty else { return .ask("The field \"\(field)\" does not say who is meant. \(ask)") }
            let phrases = Set(meant.compactMap(\.phrase)).sorted().prefix(choicesMax)
            let quoted = phrases.map { "\"\($0)\"" }.joined(separator: " and ")
            return one(of: meant, "The field \"\(field)\" is empty and the task says \(quoted)", ask)
        }
        let parts = said.split(separator: ",").map(String.init)
        let meant = others.filter { choice in parts.contains { choice.answers(to: $0) } }
        let what = "The field \"\(field)\" says \"\(said.prefix(80))\""
        guard !meant.isEmpty else { return .ask("\(what), which no agent here does. \(ask)") }
        return one(of: meant, what, ask)
    }

    /// The one that may have it and can begin. `what` tells by what all these are meant.
    private static func one(of meant: [Choice], _ what: String, _ ask: String) -> TaskRoute {
        let allowed = meant.filter(\.isAllowed), first = meant[0]
        guard let taker = allowed.first else {
            return .ask("\(what), and \(first.displayName) does not work on tasks from here. \(ask)")
        }
        guard allowed.count == 1 else {
            let names = allowed.prefix(choicesMax).map(\.displayName).joined(separator: " and ")
            return .ask("\(what), which means \(names). \(ask)")
        }
        guard taker.troubles.isEmpty else {
            return .ask(
                "\(what), and \(taker.displayName) cannot begin: \(taker.troubles.joined(separator: " ")) \(ask)")
        }
        return .to(agent: taker.agent)
    }

    private static let choicesMax = 10
}
