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

    /// Who decided what, and when: "Approved by ana, 21 Nov, 10:42 (UTC)".
    package static func settled(_ approval: ApprovalRecord, _ zone: ZoneOffsets) -> String {
        guard let at = approval.decidedAt else { return outcome(approval) }
        return "\(outcome(approval)), \(zone.words(at)) (\(zone.name))"
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

    /// What an approval would let happen, as far as the call itself tells.
    static func effect(tool: String, input: String, agentName: String, clientName: String) -> String {
        let values = (try? JSONValue.parse(Array(input.utf8)).object)?.members ?? []
        let target = values.first {
            ["to", "url", "recipient", "channel", "location", "path", "title"].contains($0.key)
        }
        let about = target.map { " (\($0.key): \(String(($0.value.string ?? $0.value.compact).prefix(120))))" } ?? ""
        let effect =
            "\(agentName) wants to use \"\(tool.prefix(80))\" for \(clientName)\(about). Bureau cannot take it back."
        // The agent names the target: nothing of it begins a line of its own.
        return effect.plainLine
    }
}
