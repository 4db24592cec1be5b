/// Who asked for a run, read from its `requested_by`, so that a person is the same one on every surface.
package struct Requester: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A user of this Bureau: the same name on the command line, the pages, the API and MCP is one person.
        case bureau
        case slack
        case clickUp
        case asana
        /// A schedule: nobody in person.
        case clock
        /// Somebody, and nothing tells who: whoever moved a task that a sweep found.
        case unknown
    }

    package let kind: Kind
    /// What may be the name or id. Several where what follows it cannot be told from the name itself.
    package let ids: [String]
    /// As stored.
    package let text: String

    package init(_ text: String) {
        self.text = text
        let forms: [(String, Kind)] = [
            ("cli ", .bureau), ("web ", .bureau), ("api ", .bureau), ("mcp ", .bureau), ("slack ", .slack),
            ("clickup user ", .clickUp), ("asana user ", .asana),
            ("schedule ", .clock),
        ]
        guard let (prefix, kind) = forms.first(where: { text.hasPrefix($0.0) && text.count > $0.0.count }) else {
            (self.kind, ids) = (.unknown, [])
            return
        }
        let rest = String(text.dropFirst(prefix.count))
        // "ana, schedule monthly" and "ana, a test" are Ana's.
        let first = String(rest.prefix { $0 != "," })
        (self.kind, ids) = (kind, kind == .clock ? [] : first == rest ? [rest] : [rest, first])
    }

    /// Whether this person asked. Nil when nobody can tell.
    package func isSame(as person: ApprovalPolicy.Person, _ identities: [ApprovalPolicy.Identity] = []) -> Bool? {
        switch (kind, person) {
        case (.clock, _): return false
        case (.bureau, .bureau(let name)), (.bureau, .staff(let name, _)): return ids.contains(name)
        case (.slack, .slack(let id, _)): return ids.contains(id)
        case (.bureau, .slack), (.slack, .bureau), (.slack, .staff), (.clickUp, _), (.asana, _),
            (.unknown, _):
            guard let asked = names(identities), let decides = Self.name(of: person, identities) else { return nil }
            return asked.contains(decides)
        }
    }

    /// The Bureau user names it may stand for.
    private func names(_ identities: [ApprovalPolicy.Identity]) -> [String]? {
        switch kind {
        case .bureau: ids
        case .slack: identities.first { $0.slack.map(ids.contains) ?? false }.map { [$0.name] }
        case .clickUp: identities.first { $0.clickUp.map(ids.contains) ?? false }.map { [$0.name] }
        case .asana: identities.first { $0.asana.map(ids.contains) ?? false }.map { [$0.name] }
        case .clock, .unknown: nil
        }
    }

    private static func name(of person: ApprovalPolicy.Person, _ identities: [ApprovalPolicy.Identity]) -> String? {
        switch person {
        case .bureau(let name), .staff(let name, _): name
        case .slack(let id, _): identities.first { $0.slack == id }?.name
        }
    }
}

extension ApprovalPolicy.Person {
    /// How the runs this person asked for name them, as far as that is one text: for lists, not for rules.
    package var requesters: [String] {
        switch self {
        case .slack(let id, _): ["slack \(id)"]
        case .bureau(let name), .staff(let name, _): ["cli", "web", "api", "mcp"].map { "\($0) \(name)" }
        }
    }
}
