/// A client we work for: who they are and the facts agents are given about them.
package struct ClientRecord: Hashable, Sendable {
    package struct Contact: Hashable, Sendable {
        package let name: String
        package let email: String?
        /// "@ana" or an id such as "U0123ABCD".
        package let slack: String?

        package init(name: String, email: String? = nil, slack: String? = nil) {
            self.name = name
            self.email = email
            self.slack = slack
        }
    }

    /// Lower-case letters, digits and hyphens; the payload's `client_id`.
    package let slug: String
    /// The payload's `client_name`.
    package let name: String
    /// Everything else agents may ask for, by payload field name, in the order it was written.
    package let fields: JSONObject
    /// Who is told when something about this client needs a person.
    package let contacts: [Contact]
    /// What runs for this client may cost in a calendar month, UTC. Nil when nobody set a limit.
    package var budget: ScopeBudget?
    /// Name of the credentials its work is done with, from config/credentials.json; nil leaves it to the agent.
    package var credentials: String?
    /// 1...100: how many turns this client gets in the queue where another gets one.
    package var queueWeight = 1
    /// How many of its runs may be in work at once; nil for as many as there is room for.
    package var concurrentRunsMax: Int?

    /// What the record says to the queue and never to an agent.
    static let queueKeys = ["queue_weight", "max_concurrent_runs"]

    /// What an agent may be given: the two names, then the fields.
    package func payload() -> JSONObject {
        var payload = JSONObject([("client_id", .string(slug)), ("client_name", .string(name))])
        for member in fields.members { payload[member.key] = member.value }
        return payload
    }

    /// A field as agents are given it, or the contacts, which they are not.
    package func value(_ field: String) -> JSONValue? {
        field == Self.contactsKey ? .array(contacts.map(\.json)) : payload()[field]
    }

    /// The record as a file or a row holds it; `load` reads it back.
    package var json: JSONValue {
        var object = JSONObject([
            ("slug", .string(slug)), ("name", .string(name)), ("fields", .object(fields)),
            ("contacts", .array(contacts.map(\.json))),
        ])
        if let budget { object["monthly_budget"] = budget.json }
        if let credentials { object["credentials"] = .string(credentials) }
        if queueWeight != 1 { object[Self.queueKeys[0]] = .number(JSONNumber(queueWeight)) }
        if let concurrentRunsMax { object[Self.queueKeys[1]] = .number(JSONNumber(concurrentRunsMax)) }
        return .object(object)
    }
}

extension ScopeBudget {
    /// As files have it; `BudgetReader` reads it back.
    var json: JSONValue {
        var object = JSONObject()
        object["limit_usd"] = JSONNumber(Double(limit.rawValue) / 1_000_000).map { .number($0) }
        object["warn_percent"] = .number(JSONNumber(warnPercent))
        object["on_exhausted"] = .string(onExhausted.rawValue)
        return .object(object)
    }
}

extension ClientRecord.Contact {
    package var json: JSONValue {
        var object = JSONObject([("name", .string(name))])
        if let email { object["email"] = .string(email) }
        if let slack { object["slack"] = .string(slack) }
        return .object(object)
    }
}

package struct ClientRecordResult: Sendable {
    /// Nil when any problem is an error.
    package let client: ClientRecord?
    package let problems: [ConfigProblem]
}
