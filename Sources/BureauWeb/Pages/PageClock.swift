import BureauDomain
import Foundation

/// Moments, times taken and amounts as pages write them, in the agency's zone.
struct PageClock: Sendable {
    let zone: ZoneOffsets
    let now: @Sendable () -> Int64

    static func iso(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(Date.ISO8601FormatStyle())
    }

    /// The whole moment, written as `iso` does, in the zone of whoever reads: what a shorter text stands for.
    static func title(_ iso: String) -> String? {
        guard let zone = Reader.zone, let date = try? Date(iso, strategy: Date.ISO8601FormatStyle()) else { return nil }
        return zone.words(Int64(date.timeIntervalSince1970) * 1_000, hasYear: true)
    }

    /// What stands behind a shorter text: as `title`, or as it is where nobody's zone is known.
    static func exact(_ iso: String) -> String { title(iso) ?? iso }

    /// "12 min ago" within a day, "17 Nov, 14:05" before, with the year when it is another one.
    func moment(_ milliseconds: Int64) -> String {
        let seconds = (now() - milliseconds) / 1_000
        switch seconds {
        case ..<(-60): return absolute(milliseconds)
        case ..<60: return "just now"
        case ..<3_600: return "\(seconds / 60) min ago"
        case ..<86_400: return "\(seconds / 3_600) h ago"
        default: return absolute(milliseconds)
        }
    }

    func absolute(_ milliseconds: Int64) -> String {
        let (there, here) = (zone.local(milliseconds).date, zone.local(now()).date)
        return zone.words(milliseconds, hasYear: there.year != here.year)
    }

    /// "17 Nov", with the year when it is another one.
    func day(_ milliseconds: Int64) -> String {
        let words = absolute(milliseconds)
        return words.lastIndex(of: ",").map { String(words[..<$0]) } ?? words
    }

    /// "10:02:11"
    func time(_ milliseconds: Int64) -> String { ZoneOffsets.clock(zone.local(milliseconds).seconds) }

    /// The line under a printed page.
    func printed(_ words: [String]) -> String {
        (words.filter { !$0.isEmpty } + ["generated \(absolute(now()))"]).joined(separator: " · ")
    }

    /// "09:10" for a moment of today that has passed, else as `absolute`.
    func since(_ milliseconds: Int64) -> String {
        let today = startOfToday..<max(now(), startOfToday) + 1
        return today.contains(milliseconds) ? String(time(milliseconds).prefix(5)) : absolute(milliseconds)
    }

    /// The first millisecond of a day written as 2026-11-21.
    func startOfDay(_ text: String) -> Int64? { dayNumber(text).map(start) }

    /// The first millisecond of the day after it: a day has 23 or 25 hours where clocks are moved.
    func endOfDay(_ text: String) -> Int64? { dayNumber(text).map { start($0 + 1) } }

    private func dayNumber(_ text: String) -> Int? {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]), (1...31).contains(parts[2]),
            (1970...9_999).contains(parts[0])
        else { return nil }
        return CivilDate(year: parts[0], month: parts[1], day: parts[2]).daysSince1970
    }

    private func start(_ day: Int) -> Int64 { Int64(zone.firstInstant(showing: day * 86_400)) * 1_000 }

    var startOfToday: Int64 {
        let reading = zone.reading(at: Int(now() / 1_000))
        return Int64(zone.firstInstant(showing: reading - reading % 86_400)) * 1_000
    }

    func took(_ start: Int64?, _ end: Int64?) -> String {
        start.map { Words.duration(.milliseconds((end ?? now()) - $0)) } ?? ""
    }
}
