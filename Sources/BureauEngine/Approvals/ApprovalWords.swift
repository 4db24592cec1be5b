package import BureauDomain

/// The words of questions and outcomes, the same on every surface.
package enum ApprovalWords {
    package static func outcome(_ approval: ApprovalRecord) -> String {
        let who = approval.decidedBy ?? "nobody"
        let why = approval.reason.map { ": \($0)" } ?? ""
        switch approval.state {
        case .open: return "Waiting for a decision"
        case .approved:
            if approval.isAboutMoney { return "Raised by \(who)" }
            return approval.grantedBy.map { "Approved by \(who), as changed in \($0)" } ?? "Approved by \(who)"
        case .changed: return "Approved with changes by \(who)\(why)"
        case .denied: return approval.isAboutMoney ? "Stopped by \(who)\(why)" : "Denied by \(who)\(why)"
        case .expired: return "Expired: nobody decided in time"
        case .void: return "No longer asked"
        }
    }

    /// What the agent goes by where that is not what was decided here; nil where it is.
    package static func otherwise(_ approval: ApprovalRecord) -> String? {
        approval.answeredThere.map {
            "The service had another answer already: the call was \($0) there, and that stands."
        }
    }

    /// Who decided what, and when: "Approved by ana, 21 Nov, 10:42 (UTC)".
    package static func settled(_ approval: ApprovalRecord, _ zone: ZoneOffsets) -> String {
        guard let at = approval.decidedAt else { return outcome(approval) }
        return "\(outcome(approval)), \(zone.words(at)) (\(zone.name))"
    }

    /// Why nobody can decide it any more. What nobody decided is never called a decision.
    package static func over(_ approval: ApprovalRecord, _ zone: ZoneOffsets) -> String {
        switch approval.state {
        case .expired: "It expired on \(zone.words(approval.expiresAt)) (\(zone.name)): nobody decided in time."
        case .void: "It is no longer asked, and nobody decided it here."
        case .open, .approved, .changed, .denied:
            "Already decided. \(settled(approval, zone))." + (otherwise(approval).map { " \($0)" } ?? "")
        }
    }

    /// "Version 2; differs in: body". Nil for what was not denied or changed before.
    package static func version(_ approval: ApprovalRecord) -> String? {
        guard approval.version > 1 else { return nil }
        let differences = approval.differsIn.map(\.plainLine).joined(separator: ", ")
        return "Version \(approval.version); "
            + (differences.isEmpty ? "the same as before" : "differs in: \(differences)")
    }

    /// The effect of the call that was asked about; of one that somebody changed it is said whose words these are.
    package static func effect(_ approval: ApprovalRecord) -> String {
        approval.changedInput == nil ? approval.effect : asAsked(approval)
    }

    package static func asAsked(_ approval: ApprovalRecord) -> String { "As the agent asked: \(approval.effect)" }

    /// Members that say whom or what a call is about, in the order people are told of them.
    private static let telling = [
        "to", "recipient", "email", "phone", "channel", "account", "page", "location", "url", "path", "branch",
        "post_id",
        "campaign", "title", "subject", "amount", "budget",
    ]
    static let namedMax = 4, effectCharactersMax = 1_000

    /// What an approval would let happen: as the agent's config says it of this tool, else as far as the call itself tells.
    static func effect(
        tool: String, input: String, agentName: String, clientName: String, words: ToolWords? = nil
    ) -> String {
        let value = (try? JSONValue.parse(Array(input.utf8))) ?? .null
        let effect = words?.effect.map { ": \($0.render(value))" } ?? about(value)
        let undo = words?.undo.map { "Can be undone: \($0)" } ?? "Whether it can be undone is not known."
        let use = "\(agentName) wants to use \"\(tool.prefix(80))\" for \(clientName)\(effect)"
        // The agent names the target: nothing of it begins a line of its own.
        return "\(String(use.prefix(effectCharactersMax)).closed) \(undo.closed)".plainLine
    }

    /// " (to: ana@example.com, 3 posts)".
    private static func about(_ input: JSONValue) -> String {
        let named = telling.compactMap { name in input[name].map { "\(name.spaced): \(CallTemplate.shown($0))" } }
        let counted = (input.object?.members ?? []).compactMap { member -> String? in
            guard case .array(let items) = member.value, !telling.contains(member.key) else { return nil }
            return "\(items.count) \(String(member.key.prefix(40)).spaced)"
        }
        let all = (named.prefix(namedMax) + counted.prefix(namedMax)).joined(separator: ", ")
        return all.isEmpty ? "" : " (\(all))"
    }

    /// A text of so many characters and more is counted for people, who cannot do so by looking.
    static let countedCharactersMin = 100
    private static let countedMax = 10

    /// "412 characters", "3 entries of 412, 280, 96 characters"; nil where nothing is worth counting.
    package static func size(_ value: JSONValue) -> String? {
        if let text = value.string {
            return text.count >= countedCharactersMin ? "\(text.count) characters" : nil
        }
        guard case .array(let items) = value, !items.isEmpty else { return nil }
        let entries = items.count == 1 ? "1 entry" : "\(items.count) entries"
        let lengths = items.prefix(countedMax).map(longest)
        guard let most = lengths.max(), most >= countedCharactersMin else { return entries }
        let more = items.count > countedMax ? "…" : ""
        return "\(entries) of \(lengths.map { "\($0)" }.joined(separator: ", "))\(more) characters"
    }

    /// The longest text of an entry: itself, or one of its members.
    private static func longest(_ entry: JSONValue) -> Int {
        if let text = entry.string { return text.count }
        return (entry.object?.members ?? []).compactMap { $0.value.string?.count }.max() ?? 0
    }

    /// "body: 412 characters · posts: 3 entries", of a whole call; nil where nothing is worth counting.
    static func sizes(_ input: String) -> String? {
        let members = (try? JSONValue.parse(Array(input.utf8)))?.object?.members ?? []
        let all = members.prefix(countedMax).compactMap { member in
            size(member.value).map { "\(String(member.key.prefix(40)).spaced): \($0)" }
        }
        return all.isEmpty ? nil : all.joined(separator: " · ").plainLine
    }
}

extension String {
    fileprivate var spaced: String { replacing("_", with: " ") }
}
