import Synchronization

/// Counters and gauges for `/metrics`. Names and labels are closed lists, so memory does not grow with traffic.
package final class Counters: Sendable {
    package enum Name: String, CaseIterable, Sendable {
        case signals = "bureau_signals_total"
        case turnedAway = "bureau_turned_away_total"
        case runsEnded = "bureau_runs_ended_total"
        case sessionEvents = "bureau_session_events_total"
        case streamDrops = "bureau_stream_drops_total"
        case vendorErrors = "bureau_vendor_errors_total"
        case notices = "bureau_notices_total"
        case sweptRuns = "bureau_swept_runs_total"
        case claims = "bureau_runs_claimed_total"
        case leasesLost = "bureau_leases_lost_total"
        case scheduleSlots = "bureau_schedule_slots_total"

        package var help: String {
            switch self {
            case .signals: "Signals stored, by verdict."
            case .turnedAway: "Requests whose head could not be read."
            case .runsEnded: "Runs that reached a final state, by state."
            case .sessionEvents: "Session events logged."
            case .streamDrops: "Session streams that ended before their session did."
            case .vendorErrors: "Calls a vendor did not carry out, by vendor."
            case .notices: "Notices sent to people, by outcome."
            case .sweptRuns: "Runs the sweep started because no webhook had."
            case .claims: "Runs a worker took, those it took again included."
            case .leasesLost: "Runs whose worker was lost."
            case .scheduleSlots: "Due times of schedules, by what became of them."
            }
        }
    }

    private let values = Mutex<[Name: [[String: String]: Int64]]>([:])
    private static let labelSetsMax = 200

    package init() {}

    package func add(_ name: Name, _ labels: [String: String] = [:], by amount: Int64 = 1) {
        values.withLock { values in
            guard values[name]?[labels] != nil || values[name]?.count ?? 0 < Self.labelSetsMax else { return }
            values[name, default: [:]][labels, default: 0] += amount
        }
    }

    package func snapshot() -> [(Name, [(labels: [String: String], value: Int64)])] {
        values.withLock { values in
            Name.allCases.map { name in
                (
                    name,
                    (values[name] ?? [:]).map { ($0.key, $0.value) }.sorted {
                        "\($0.0.sorted { $0.key < $1.key })" < "\($1.0.sorted { $0.key < $1.key })"
                    }
                )
            }
        }
    }
}
