/// Who takes a task that asks for somebody else than the agent it came to, or for nobody that is clear. Never a guess: one
/// agent that is named, may have the task and can begin takes it; anything else is asked.
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

        package init(
            agent: String, displayName: String, skills: [String], isAllowed: Bool = true, troubles: [String] = []
        ) {
            self.agent = agent
            self.displayName = displayName
            self.skills = skills
            self.isAllowed = isAllowed
            self.troubles = troubles
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
            return .ask("The field \"\(field)\" does not say who is meant. \(ask)")
        }
        let parts = said.split(separator: ",").map(String.init)
        let meant = others.filter { choice in parts.contains { choice.answers(to: $0) } }
        let allowed = meant.filter(\.isAllowed)
        let what = "The field \"\(field)\" says \"\(said.prefix(80))\""
        guard let first = meant.first else { return .ask("\(what), which no agent here does. \(ask)") }
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
