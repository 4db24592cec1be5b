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

    var fields: [(String, BureauDomain.JSONValue)] { run.fields }

    var object: BureauDomain.JSONValue { .object(JSONObject(fields)) }
    var json: String { object.pretty }
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
