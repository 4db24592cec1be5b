import ArgumentParser
import BureauDomain

/// A day as people type it: 2026-11-21.
struct TypedDay: Hashable {
    let date: CivilDate

    /// Nil where none is given. `option` is what its mistake is told about.
    init?(_ option: String, _ text: String?) throws {
        guard let text else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (1_970...9_999).contains(year), (1...12).contains(month),
            (1...CivilDate.daysIn(month: month, year: year)).contains(day)
        else { throw ValidationError("\(option) takes a day such as 2026-11-21, not '\(PlainLine.of(text))'.") }
        date = CivilDate(year: year, month: month, day: day)
    }

    /// Its first millisecond.
    func start(in zone: ZoneOffsets) -> Int64 { Self.start(date.daysSince1970, zone) }

    /// The first millisecond of the day after it.
    func end(in zone: ZoneOffsets) -> Int64 { Self.start(date.daysSince1970 + 1, zone) }

    private static func start(_ day: Int, _ zone: ZoneOffsets) -> Int64 {
        Int64(zone.firstInstant(showing: day * 86_400)) * 1_000
    }
}
