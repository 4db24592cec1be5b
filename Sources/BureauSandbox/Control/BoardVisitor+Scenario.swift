extension BoardVisitor {
    /// What the next session of an agent does: a name of the scenarios, such as "fails".
    package func nextSession(of agent: String, does scenario: String, asks: Int = 1) async throws {
        let body: JSON = [
            "name": .string(scenario), "agent_id": .string(agent), "times": 1, "asks": .int(asks),
        ]
        _ = try await post("/_control/scenario", type: "application/json", body.text)
    }

    /// What becomes of the next call of an operation, and of that one alone: an action of the faults, such as
    /// "status:400".
    package func nextCall(_ operation: String, of vendor: String, does action: String) async throws {
        let body: JSON = ["vendor": .string(vendor), "operation": .string(operation), "do": .string(action)]
        _ = try await post("/_control/faults", type: "application/json", body.text)
    }
}
