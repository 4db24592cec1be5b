import Foundation

/// How far one zone's clock is from UTC at any instant: a lookup, so that everything built on it is a pure function.
///
/// Instants are seconds since 1970 UTC. A reading is what the zone's clock shows, in seconds since 1970-01-01 00:00 on
/// that same clock.
package struct ZoneOffsets: Sendable {
    /// "Europe/Berlin".
    package let name: String
    private let lookup: @Sendable (Int) -> Int

    /// Clocks are moved by less than this at once, the date line included.
    static let shiftSecondsMax = 26 * 3_600
    /// No zone is, or ever was, as far as this from UTC.
    static let offsetSecondsMax = 16 * 3_600
    /// Two changes never lie closer together than this and cancel each other out.
    private static let probeSeconds = 3 * 3_600

    package init(name: String, secondsEast lookup: @escaping @Sendable (Int) -> Int) {
        self.name = name
        self.lookup = lookup
    }

    /// The zone of an IANA name, from the system's own data, history included. Nil for an abbreviation or a name that
    /// is not known.
    package init?(identifier: String) {
        guard identifier == "UTC" || identifier.contains("/"), let zone = TimeZone(identifier: identifier) else {
            return nil
        }
        self.init(name: identifier) { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0))) }
    }

    package static let utc = ZoneOffsets(name: "UTC") { _ in 0 }

    /// Names close to what somebody typed, for messages.
    package static func nearest(to name: String) -> String? {
        NearestKey.nearest(to: name, in: TimeZone.knownTimeZoneIdentifiers)
    }

    package func secondsEast(at instant: Int) -> Int { lookup(instant) }
    package func reading(at instant: Int) -> Int { instant + lookup(instant) }

    /// The first instant after `start`, up to and including `end`, at which the offset is another one than at `start`.
    func change(after start: Int, through end: Int) -> Int? {
        let offset = lookup(start)
        var known = start
        while known < end {
            var beyond = min(known + Self.probeSeconds, end)
            if lookup(beyond) != offset {
                while beyond - known > 1 {
                    let middle = known + (beyond - known) / 2
                    if lookup(middle) == offset { known = middle } else { beyond = middle }
                }
                return beyond
            }
            known = beyond
        }
        return nil
    }

    /// The first instant at which the clock shows `reading` or later. This is the whole daylight-saving rule: a reading
    /// that the clock leaps over gives the first instant after the leap, one that it shows twice gives the first time.
    package func firstInstant(showing reading: Int) -> Int {
        var from = reading - Self.offsetSecondsMax
        while true {
            let instant = max(from, reading - lookup(from))
            guard let change = change(after: from, through: instant) else { return instant }
            from = change
        }
    }

    /// The latest reading the clock has shown up to `instant`: more than it shows now for a while after it was set back.
    func latestReading(upTo instant: Int) -> Int {
        var from = instant - Self.shiftSecondsMax
        var latest = reading(at: from)
        while let change = change(after: from, through: instant) {
            latest = max(latest, reading(at: change - 1))
            from = change
        }
        return max(latest, reading(at: instant))
    }
}
