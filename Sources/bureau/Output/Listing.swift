import BureauDomain
import Foundation

/// A list as every command prints it: an aligned table for people, tab-separated lines for programs, or JSON.
struct Listing: Sendable {
    struct Column: Sendable {
        let title: String
        var isRight = false
        /// May be shortened when the terminal is narrow.
        var isElastic = false

        init(_ title: String, isRight: Bool = false, isElastic: Bool = false) {
            self.title = title
            self.isRight = isRight
            self.isElastic = isElastic
        }
    }

    struct Cell: Sendable, ExpressibleByStringLiteral {
        let text: String
        /// What a program gets in place of the text: the whole id, the exact time.
        let exact: String
        let tone: Style.Tone?

        init(_ text: String, exact: String? = nil, _ tone: Style.Tone? = nil) {
            self.text = PlainLine.of(text)
            self.exact = PlainLine.of(exact ?? text)
            self.tone = tone
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    let columns: [Column]
    private(set) var rows: [[Cell]] = []
    private(set) var objects: [BureauDomain.JSONValue] = []
    /// Said to people when there is nothing.
    let empty: String

    init(_ columns: [Column], empty: String) {
        self.columns = columns
        self.empty = empty
    }

    mutating func add(_ cells: [Cell], _ object: BureauDomain.JSONValue) {
        rows.append(cells)
        objects.append(object)
    }

    /// Header and rows with one tab between cells; nothing is shortened.
    var tabbed: String {
        ([columns.map(\.title)] + rows.map { $0.map(\.exact) }).map { $0.joined(separator: "\t") }
            .joined(separator: "\n")
    }

    /// Columns aligned, two spaces between them, no line wider than `width` as long as elastic columns can give way.
    func aligned(width: Int, style: Style) -> String {
        let widths = fitted(width)
        let header = line(columns.map { Cell($0.title, .faint) }, widths, style)
        return ([header] + rows.map { line($0, widths, style) }).joined(separator: "\n")
    }

    private static let elasticMin = 12

    private func fitted(_ width: Int) -> [Int] {
        var widths = columns.indices.map { column in
            ([columns[column].title.count] + rows.map { $0[column].text.count }).max() ?? 0
        }
        var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
        // The widest elastic column gives way first.
        while excess > 0 {
            let elastic = columns.indices.filter { columns[$0].isElastic && widths[$0] > Self.elasticMin }
            guard let widest = elastic.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        let last = cells.indices.last
        return cells.indices.map { column in
            let cell = cells[column]
            let text = cell.text.count > widths[column] ? cell.text.prefix(widths[column] - 1) + "…" : cell.text[...]
            let blank = String(repeating: " ", count: widths[column] - text.count)
            let painted = style.paint(String(text), cell.tone)
            if columns[column].isRight { return blank + painted }
            return column == last ? painted : painted + blank
        }.joined(separator: "  ")
    }
}
