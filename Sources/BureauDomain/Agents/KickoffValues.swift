package import Foundation

/// The values of every placeholder for one run.
package enum KickoffValues {
    /// `payload` is the run's payload; its texts and lists can be named by field, and the whole of it as
    /// `payload_json`, indented, in its own order. The service's own names win over payload fields of the same name,
    /// except `client_id` and `client_name`, which are the payload's.
    package static func make(payload: JSONObject, agentName: String, runID: String, at instant: Date) -> [String:
        String]
    {
        var values: [String: String] = [:]
        for member in payload.members { values[member.key] = plain(member.value) }
        values["payload_json"] = JSONValue.object(payload).pretty
        values["agent_name"] = agentName
        values["run_id"] = runID
        values["timestamp"] = UTCStamp.timestamp(instant)
        values["date"] = UTCStamp.date(instant)
        return values
    }

    /// A list reads as its entries with commas between; an object as JSON.
    private static func plain(_ value: JSONValue) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .array(let items): items.map(plain).joined(separator: ", ")
        case .bool, .number, .object: value.compact
        }
    }
}

/// Instants as they stand in file names and prompts, in UTC.
package enum UTCStamp {
    /// "20261121T093000Z"
    package static func timestamp(_ instant: Date) -> String {
        instant.formatted(
            Date.ISO8601FormatStyle(
                dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
                timeZoneSeparator: .omitted, includingFractionalSeconds: false, timeZone: .gmt))
    }

    /// "2026-11-21"
    package static func date(_ instant: Date) -> String {
        instant.formatted(Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().dateSeparator(.dash))
    }
}
