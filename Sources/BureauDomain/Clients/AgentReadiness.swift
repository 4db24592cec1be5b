/// Whether an agent can begin work for a client. The pages ask it of the record as it is now; before each run it is
/// asked once more, with what the task brings. One function, so that both say the same.
package struct AgentReadiness: Hashable, Sendable {
    /// What nobody can mend by filling in a field, in whole sentences.
    package let blockers: [String]
    package let assembly: PayloadAssembly

    /// Required fields without a value, in the config's order.
    package var missing: [String] {
        if case .missing(let names) = assembly { names } else { [] }
    }
    package var isReady: Bool { blockers.isEmpty && missing.isEmpty }

    /// `lookup` answers for a field from wherever it may come; `also` names fields that came besides the config's.
    package static func judge(
        _ source: AgentConfig.PayloadSource, client: ClientRecord?, isArchived: Bool, also: [String] = [],
        lookup: (String) -> JSONValue?
    ) -> AgentReadiness {
        let named = Set(source.requiredFields + source.optionalFields)
        return AgentReadiness(
            blockers: isArchived
                ? ["The client \(client?.name ?? "of this run") is archived: no agent works for it."] : [],
            assembly: PayloadAssembly.assemble(
                required: source.requiredFields,
                optional: source.optionalFields + also.filter { !named.contains($0) }, lookup: lookup))
    }

    /// What every task has of itself: nobody looks for it in a client's record.
    static let ofTask: Set<String> = ["task_title", "task_text"]

    /// By the client's record, and what somebody gave over it.
    package static func judge(
        _ source: AgentConfig.PayloadSource, client: ClientRecord?, isArchived: Bool,
        given: JSONObject = JSONObject()
    ) -> AgentReadiness {
        let record = client?.payload()
        return judge(source, client: client, isArchived: isArchived) {
            given[$0] ?? record?[$0] ?? (ofTask.contains($0) ? .bool(true) : nil)
        }
    }
}
