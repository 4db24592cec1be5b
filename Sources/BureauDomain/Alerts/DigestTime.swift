/// The time of day at which people get the daily digest, by the agency's clock.
package struct DigestTime: Hashable, Sendable {
    package let minuteOfDay: Int

    /// "08:00". Nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.utf8.allSatisfy(\.isDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        minuteOfDay = hour * 60 + minute
    }

    /// The civil day, counted from 1970-01-01 on that clock, whose digest is the newest one due at `instant` (seconds
    /// UTC).
    package func newestDay(at instant: Int, in zone: ZoneOffsets) -> Int {
        let reading = zone.reading(at: instant) - minuteOfDay * 60
        return reading >= 0 ? reading / 86_400 : (reading - 86_399) / 86_400
    }
}
