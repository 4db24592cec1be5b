import BureauDomain
import BureauEngine
import BureauStorage
import BureauVendors

extension VendorChecks {
    /// Whether a list has the custom fields its agents' files name, each once.
    func fields(
        _ id: String, _ agents: [AgentConfig], _ client: ClickUpClient
    ) async throws(VendorError) -> [Finding] {
        let wanted = agents.filter { $0.payloadSource.kind == .clickUpTask || !Self.named($0).isEmpty }
        guard !wanted.isEmpty else { return [] }
        let there = try await client.fields(list: id), recorded = await recordedFields()
        return wanted.flatMap { config in
            Self.named(config).filter { Self.count(of: $0, there) == 0 }.map { name in
                Finding.fail(
                    "clickup", "\(config.name): the list \(id) has no custom field \"\(name)\"",
                    fix: "add it to the list, or change the agent's file")
            } + required(config, there, id, recorded)
        }
    }

    /// Fields that say who may see a task, which subscription it is of, or which agent is meant.
    private static func named(_ config: AgentConfig) -> [String] {
        [config.board.clientVisible?.field, config.board.subscription?.field, config.triggers.clickUp?.skill?.field]
            .compactMap(\.self)
    }

    /// What a run cannot begin without. A client's record may say it in place of the task; then nothing is amiss.
    private func required(
        _ config: AgentConfig, _ there: [ClickUpCustomField], _ list: String, _ recorded: Set<String>
    ) -> [Finding] {
        guard config.payloadSource.kind == .clickUpTask else { return [] }
        return config.payloadSource.requiredFields.compactMap { name in
            switch Self.count(of: name, there) {
            case 0 where recorded.contains(name) || ["task_title", "task_text"].contains(name): nil
            case 0:
                .warn(
                    "clickup",
                    "\(config.name) needs \"\(name)\": the list \(list) has no such field, and no client's record has it",
                    fix: "add the field to the list, or to the clients' records, or change required_fields")
            case 1: nil
            default:
                .warn(
                    "clickup", "the list \(list) has several fields called \"\(name)\": \(config.name) reads the first",
                    fix: "give the others another name")
            }
        }
    }

    private static func count(of name: String, _ fields: [ClickUpCustomField]) -> Int {
        fields.count { $0.id == name || Words.same($0.name, name) }
    }

    /// What clients' records can say.
    private func recordedFields() async -> Set<String> {
        let found = try? await Records.with(settings) { records in
            try await records.database.read { try ClientStore(db: $0).list().flatMap { $0.payload().keys } }
        }
        return Set(found ?? [])
    }
}
