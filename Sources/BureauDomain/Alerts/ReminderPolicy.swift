/// When people are reminded of what is still open: first after some hours, then after twice as long each time, at most
/// daily, and not for ever.
package struct ReminderPolicy: Hashable, Sendable {
    package let firstAfterMilliseconds: Int64
    package static let longestMilliseconds: Int64 = 24 * 3_600_000
    package static let remindersMax = 8
    /// From this reminder on those are named who answer for the whole.
    package static let escalatesAt = 2

    package init(firstAfterHours: Int) { firstAfterMilliseconds = Int64(firstAfterHours) * 3_600_000 }

    /// How long after reminder number `sent` (0 is the alert itself) the next one is due; nil when it was the last.
    package func waitMilliseconds(afterReminder sent: Int) -> Int64? {
        guard sent < Self.remindersMax else { return nil }
        let doubled = firstAfterMilliseconds << min(Int64(sent), 16)
        return max(firstAfterMilliseconds, min(doubled, Self.longestMilliseconds))
    }
}
