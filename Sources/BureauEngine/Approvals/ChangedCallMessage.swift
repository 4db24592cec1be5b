import BureauDomain

/// What the agent is told of a call that somebody changed and approved so. The service knows no answer that replaces a
/// call's input: the call is turned down, and the agent is asked to make it again.
enum ChangedCallMessage {
    private static let sign = "changed this call and approved the changed version: this is no refusal."
    private static let request = "\nMake the same call again, once, with exactly this input:\n"
    private static let nameCharactersMax = 200

    static func text(_ approval: ApprovalRecord, input: String) -> String {
        let who = String((approval.decidedBy ?? "A person").prefix(nameCharactersMax))
        let reason = approval.reason.map { " Reason: \($0)" } ?? ""
        return "\(who) \(sign)\(reason)\(request)\(input)"
    }

    /// Whether a text of a session is such a message, which people are not shown as a refusal.
    static func isOne(_ text: String) -> Bool {
        text.prefix(nameCharactersMax + sign.count + 1).contains(sign) && text.contains(request)
    }
}
