/// Moments as people read them in a zone.
extension ZoneOffsets {
    /// The day and the seconds since its clocks showed midnight. `milliseconds` are UTC.
    package func local(_ milliseconds: Int64) -> (date: CivilDate, seconds: Int) {
        let reading = reading(at: Int(milliseconds / 1_000))
        let days = reading >= 0 ? reading / 86_400 : -((86_399 - reading) / 86_400)
        return (CivilDate(daysSince1970: days), reading - days * 86_400)
    }

    /// "21 Nov, 10:42", with the year where it is wanted.
    package func words(_ milliseconds: Int64, hasYear: Bool = false) -> String {
        let (date, seconds) = local(milliseconds)
        return "\(date.words(hasYear: hasYear)), \(Self.clock(seconds).prefix(5))"
    }

    /// "10:02:11"
    package static func clock(_ seconds: Int) -> String {
        [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
