/// How a run shows on the board that keeps its task: where it stands in each state, what its fields say, where errors
/// go. The same for every work tool: a place is a status in ClickUp and a section in Asana.
package struct BoardPolicy: Hashable, Sendable, Codable {
    /// What one state looks like.
    package struct Look: Hashable, Sendable, Codable {
        package struct Field: Hashable, Sendable, Codable {
            package let name: String
            /// Nil clears it.
            package let value: String?
            package init(name: String, value: String?) { (self.name, self.value) = (name, value) }
        }

        package let place: String?
        package let fields: [Field]
        package init(place: String?, fields: [Field]) { (self.place, self.fields) = (place, fields) }
    }

    /// Where tasks about failed runs are made.
    package struct Errors: Hashable, Sendable, Codable {
        /// A project in Asana, a list in ClickUp.
        package let container: String
        package let place: String?
        package let assigneeID: String?
        /// Who keeps that place, for a run without a task; nil where the config does not tell.
        package var tool: WorkToolKind?
    }

    /// What says that clients may see a task. Without it none may.
    package struct ClientVisible: Hashable, Sendable, Codable {
        package let field: String?
        package let values: [String]
        package let tag: String?

        package init(field: String?, values: [String], tag: String?) {
            (self.field, self.values, self.tag) = (field, values, tag)
        }

        package func shows(field value: String?, tags: [String]) -> Bool {
            if let tag, tags.contains(where: { Words.same($0, tag) }) { return true }
            guard field != nil, let value else { return false }
            return values.contains { Words.same($0, value) }
        }
    }

    package let states: [RunState: Look]
    package var errors: Errors?
    package let clientVisible: ClientVisible?
    /// Nil takes the place of a task as its section, whatever it is called.
    package let subscription: Subscription?

    package init(
        states: [RunState: Look] = [:], errors: Errors? = nil, clientVisible: ClientVisible? = nil,
        subscription: Subscription? = nil
    ) {
        self.states = states
        self.errors = errors
        self.clientVisible = clientVisible
        self.subscription = subscription
    }

    package static let none = BoardPolicy()
}
