/// Days and months as people read them: figures alone are read as two different days in two countries.
extension CivilDate {
    package static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// Nil for what is no day written as "2026-11-21".
    package init?(day text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard parts.count == 3, 1...12 ~= parts[1], 1...Self.daysIn(month: parts[1], year: parts[0]) ~= parts[2] else {
            return nil
        }
        self.init(year: parts[0], month: parts[1], day: parts[2])
    }

    /// "21 Nov", with the year where it is wanted.
    package func words(hasYear: Bool = false) -> String {
        "\(day) \(Self.months[month - 1].prefix(3))" + (hasYear ? " \(year)" : "")
    }

    /// "November 2026"
    package var monthWords: String { "\(Self.months[month - 1]) \(year)" }

    /// The words of a day written as "2026-11-21"; anything else as it stands.
    package static func words(day text: String, hasYear: Bool = false) -> String {
        CivilDate(day: text)?.words(hasYear: hasYear) ?? text
    }
}
