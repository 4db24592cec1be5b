/// What one token may ask of Asana: calls a minute, calls at once, and how much of the things they may walk through. Calls
/// that are refused count too.
struct AsanaAllowance: Sendable {
    struct Limits: Sendable {
        /// A paid domain's; a free one has 150.
        var callsPerMinute = 1_500
        var readsInFlight = 50, writesInFlight = 15
        /// Values in answers. Asana says that there is such a limit and not how it counts: this is ours, and generous.
        var costPerMinute = 5_000_000
    }

    var limits: Limits
    private var minute = 0, calls = 0, cost = 0
    private var reads = 0, writes = 0

    init(_ limits: Limits) { self.limits = limits }

    /// The seconds to wait when the call may not be made now; nil when it has begun, until `leave`.
    mutating func enter(isRead: Bool, now milliseconds: Int) -> Int? {
        let current = milliseconds / 60_000
        if minute != current { (minute, calls, cost) = (current, 0, 0) }
        calls += 1
        guard calls <= limits.callsPerMinute, cost < limits.costPerMinute else {
            return 60 - milliseconds / 1_000 % 60
        }
        guard isRead ? reads < limits.readsInFlight : writes < limits.writesInFlight else { return 1 }
        if isRead { reads += 1 } else { writes += 1 }
        return nil
    }

    mutating func leave(isRead: Bool, having walked: Int) {
        if isRead { reads -= 1 } else { writes -= 1 }
        cost += walked
    }

    static func cost(of json: JSON) -> Int {
        if let members = json.object { return members.values.reduce(1) { $0 + cost(of: $1) } }
        if let items = json.array { return items.reduce(1) { $0 + cost(of: $1) } }
        return 1
    }
}
