/// Whose money a run spends, for one day or month in UTC. Every run draws on the agency's day and on its agent's day
/// and month; a run for a client also on the client's month. Without a client the agency alone pays.
package struct SpendAccount: Hashable, Sendable {
    package enum Owner: Hashable, Sendable {
        case agency
        case client(String)
        case agent(String)
    }

    package enum Span: String, Hashable, Sendable, CaseIterable { case day, month }

    package let owner: Owner
    /// "2026-11-21" or "2026-11".
    package let period: String

    package init(_ owner: Owner, _ period: String) {
        self.owner = owner
        self.period = period
    }

    /// Reads the two columns back; nil for what no account is called.
    package init?(scope: String, period: String) {
        let parts = scope.split(separator: "/", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("agency", 1): owner = .agency
        case ("client", 2): owner = .client(parts[1])
        case ("agent", 2): owner = .agent(parts[1])
        default: return nil
        }
        self.period = period
    }

    /// "agency", "client/acme", "agent/sentinel".
    package var scope: String {
        switch owner {
        case .agency: "agency"
        case .client(let slug): "client/\(slug)"
        case .agent(let name): "agent/\(name)"
        }
    }

    package var span: Span { period.utf8.count == 10 ? .day : .month }

    /// For sentences: "the agency's budget for 2026-11-21".
    package var words: String {
        switch owner {
        case .agency: "the agency's budget for \(period)"
        case .client(let slug): "client \(slug)'s budget for \(period)"
        case .agent(let name): "agent \(name)'s budget for \(period)"
        }
    }

    /// Reads the account back that a sentence begins with, as `words` has it; nil where it begins otherwise.
    package init?(opening sentence: String) {
        guard let told = sentence.firstRange(of: "'s budget for ") else { return nil }
        let whose = String(sentence[..<told.lowerBound])
        let period = String(sentence[told.upperBound...].prefix { $0 == "-" || $0.isNumber })
        guard period.utf8.count == 10 || period.utf8.count == 7 else { return nil }
        if whose == "the agency" {
            self.init(.agency, period)
        } else if whose.hasPrefix("client ") {
            self.init(.client(String(whose.dropFirst("client ".count))), period)
        } else if whose.hasPrefix("agent ") {
            self.init(.agent(String(whose.dropFirst("agent ".count))), period)
        } else {
            return nil
        }
    }

    /// The accounts a run draws on; `day` is "2026-11-21".
    package static func of(agent: String, client: String?, day: String) -> [SpendAccount] {
        let month = String(day.prefix(7))
        return [SpendAccount(.agency, day)] + (client.map { [SpendAccount(.client($0), month)] } ?? [])
            + [SpendAccount(.agent(agent), day), SpendAccount(.agent(agent), month)]
    }

    /// The day in UTC of an instant in milliseconds.
    package static func day(_ milliseconds: Int64) -> String {
        SpendMonth.day(daysSince1970: Int((Double(milliseconds) / 86_400_000).rounded(.down)))
    }

    /// The first instant after this account's day or month, in milliseconds UTC; nil when the period is not a date.
    package var endsAt: Int64? {
        guard let month = SpendMonth(String(period.prefix(7))) else { return nil }
        guard span == .day else { return month.milliseconds.upperBound }
        guard let day = Int64(period.suffix(2)) else { return nil }
        return month.milliseconds.lowerBound + day * 86_400_000
    }
}
