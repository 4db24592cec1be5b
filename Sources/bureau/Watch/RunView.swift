import BureauDomain
import BureauEngine
import Foundation

/// A run as commands show it: finished strings, and one JSON document with the API's field names.
struct RunView {
    let run: RunRecord
    init(_ run: RunRecord) { self.run = run }

    var client: String { run.clientName ?? run.clientSlug ?? (run.taskID.map { "task \($0)" } ?? "no client") }
    var cost: String { run.spentMethod == "no_price" ? "unknown" : "\(MicroUSD(rawValue: run.spentMicroUSD))" }

    func duration(now: Int64) -> String {
        guard let start = run.startedAt else { return "" }
        return Words.duration(.milliseconds((run.endedAt ?? now) - start))
    }

    var fields: [(String, BureauDomain.JSONValue)] {
        [
            ("id", .string(run.id)), ("agent", .string(run.agent)), ("agent_version", .string(run.agentVersion)),
            ("status", .string(run.state.rawValue)), ("cause", optional(run.cause?.code.rawValue)),
            ("cause_sentence", optional(run.cause?.sentence)), ("client", optional(run.clientSlug)),
            ("client_name", optional(run.clientName)), ("trigger_source", .string(run.triggerSource)),
            ("requested_by", .string(run.requestedBy)), ("task_id", optional(run.taskID)),
            ("task_url", optional(run.taskURL)),
            ("session_id", optional(run.sessionID)), ("model", optional(run.model)),
            ("cost_usd", JSONNumber(Double(run.spentMicroUSD) / 1_000_000).map { .number($0) } ?? .null),
            ("cost_method", .string(run.spentMethod)),
            ("events", .number(JSONNumber(Int(run.eventsCount)))), ("accepted_at", time(run.acceptedAt)),
            ("started_at", time(run.startedAt)), ("ended_at", time(run.endedAt)),
        ]
    }

    var object: BureauDomain.JSONValue { .object(JSONObject(fields)) }
    var json: String { object.pretty }

    private func optional(_ text: String?) -> BureauDomain.JSONValue { text.map { .string($0) } ?? .null }

    private func time(_ milliseconds: Int64?) -> BureauDomain.JSONValue {
        milliseconds.map { .string(Clock.iso($0)) } ?? .null
    }
}

enum Clock {
    static func iso(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// "10:02:11" in this machine's zone.
    static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            .formatted(
                Date.VerbatimFormatStyle(
                    format:
                        "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
                    timeZone: .current, calendar: Calendar(identifier: .gregorian)))
    }
}
