/// One entry of an agent's `triggers.cron`: when runs start by themselves, and for which clients.
package struct Schedule: Hashable, Sendable {
    package enum Zone: Hashable, Sendable {
        /// AGENCY_TIME_ZONE.
        case agency
        /// The client's field `time_zone`, or the agency's zone where that is empty.
        case client
        /// An IANA name that the system knows.
        case named(String)

        package var text: String {
            switch self {
            case .agency: "agency"
            case .client: "client"
            case .named(let name): name
            }
        }
    }

    package enum Clients: Hashable, Sendable {
        /// Every client whose record has all fields the agent requires, seen when the time comes.
        case allReady
        case listed([String])

        package var text: String {
            switch self {
            case .allReady: "all_ready"
            case .listed(let slugs): slugs.joined(separator: ", ")
            }
        }
    }

    /// Unique in its agent; commands and rows go by it.
    package let name: String
    package let rule: ScheduleRule
    package let zone: Zone
    package let clients: Clients
    package let missed: MissedPolicy
    package let isEnabled: Bool

    /// What decides the due times. When it is edited the schedule starts anew: nothing of the past is made up for.
    package var timing: String { "\(rule.text) [\(zone.text)]" }

    /// The field of a client's record that `Zone.client` reads.
    package static let clientZoneField = "time_zone"

    /// "monthly on day 1 at 06:00" becomes "monthly-on-day-1-at-06-00".
    static func defaultName(_ text: String) -> String {
        let spelled = text.lowercased().replacing("*", with: "any").replacing("#", with: "-nth-")
        let words = spelled.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return String(words.joined(separator: "-").prefix(63))
    }
}
