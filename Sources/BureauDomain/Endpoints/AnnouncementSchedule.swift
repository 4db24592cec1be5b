/// When an announcement is tried again, and when its endpoint has been silent for too long.
package enum AnnouncementSchedule {
    /// Seconds before each further try: about a day in all.
    package static let waitsSeconds: [Int64] = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000]
    package static var triesMax: Int { waitsSeconds.count + 1 }
    /// An endpoint that has taken nothing for so long when an announcement is given up is disabled.
    package static let lastingFailureMilliseconds: Int64 = 12 * 3_600_000

    /// Milliseconds to wait after `tries` tries, nil when it is given up. `jitter` is 0.5 to 1.
    package static func wait(tries: Int, jitter: Double) -> Int64? {
        guard tries >= 1, tries <= waitsSeconds.count else { return nil }
        return Int64(Double(waitsSeconds[tries - 1] * 1_000) * min(max(jitter, 0.5), 1))
    }
}
