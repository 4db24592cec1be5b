package import BureauDomain
import Foundation

extension RunRecord {
    /// As the command line, the pages and the API give it out.
    package var document: JSONValue { .object(JSONObject(fields)) }

    /// What its report says in a line: "Score 71, 3 priorities". Nil without one.
    package var headline: String? {
        guard let summary = StoredSummary.of(self) else { return nil }
        let count = summary.priorities.count
        let found = count == 0 ? nil : "\(count) \(count == 1 ? "priority" : "priorities")"
        let words = [summary.score.map { "Score \($0)" }, found].compactMap { $0 }
        return words.isEmpty ? "Report ready" : words.joined(separator: ", ")
    }

    package var fields: [(String, JSONValue)] {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return [
            ("id", .string(id)), ("agent", .string(agent)), ("agent_version", .string(agentVersion)),
            ("status", .string(state.rawValue)), ("cause", text(cause?.code.rawValue)),
            ("cause_sentence", text(cause?.sentence)), ("client", text(clientSlug)), ("client_name", text(clientName)),
            ("trigger_source", .string(triggerSource)), ("requested_by", .string(requestedBy)),
            ("task_id", text(taskID)), ("task_url", text(taskURL)), ("session_id", text(sessionID)),
            ("model", text(model)),
            ("cost_usd", cost),
            ("cost_method", .string(spentMethod)), ("events", .number(JSONNumber(eventsCount))),
            ("accepted_at", text(Self.time(acceptedAt))), ("started_at", text(startedAt.map(Self.time))),
            ("ended_at", text(endedAt.map(Self.time))),
        ]
    }

    /// Null when it is not known, which is another thing than nothing.
    private var cost: JSONValue {
        guard !isUnpriced || spentMicroUSD > 0 else { return .null }
        return JSONNumber(Double(spentMicroUSD) / 1_000_000).map { .number($0) } ?? .null
    }

    static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
