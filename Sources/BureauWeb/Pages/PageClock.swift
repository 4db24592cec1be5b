import BureauDomain
import Foundation

/// Moments, times taken and amounts as pages write them, in the agency's zone.
struct PageClock: Sendable {
    let zone: ZoneOffsets
    let now: @Sendable () -> Int64

    static func iso(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(Date.ISO8601FormatStyle())
    }

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
    func startOfDay(_ text: String) -> Int64? {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]), (1...31).contains(parts[2]),
            (1970...9_999).contains(parts[0])
        else { return nil }
        let days = CivilDate(year: parts[0], month: parts[1], day: parts[2]).daysSince1970
        return Int64(zone.firstInstant(showing: days * 86_400)) * 1_000
    }

    var startOfToday: Int64 {
        let reading = zone.reading(at: Int(now() / 1_000))
        return Int64(zone.firstInstant(showing: reading - reading % 86_400)) * 1_000
    }

    func took(_ start: Int64?, _ end: Int64?) -> String {
        start.map { Words.duration(.milliseconds((end ?? now()) - $0)) } ?? ""
    }
}
