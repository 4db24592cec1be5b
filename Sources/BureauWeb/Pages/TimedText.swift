/// Words in which moments may stand, each with the exact one behind it, as a table's cells have it.
struct TimedText: ExpressibleByStringInterpolation {
    struct Part {
        var text: String
        var iso: String? = nil
        /// The whole moment in the reader's zone.
        var moment: String? = nil
    }

    private(set) var parts: [Part] = []

    init(_ text: String) { add(text) }

    /// A moment, told in these words.
    init(_ at: Int64, _ words: (Int64) -> String) { add(at, words) }

    init(stringLiteral text: String) { add(text) }

    init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.whole.parts }

    /// `"asked \(at, clock.moment)"` is how a moment stands among words.
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var whole = TimedText("")

        init(literalCapacity: Int, interpolationCount: Int) {}
        mutating func appendLiteral(_ literal: String) { whole.add(literal) }
        mutating func appendInterpolation(_ value: some CustomStringConvertible) { whole.add(value.description) }
        mutating func appendInterpolation(_ at: Int64, _ words: (Int64) -> String) { whole.add(at, words) }
    }

    /// Those that say something, with dots between them.
    static func joined(_ texts: [TimedText]) -> TimedText {
        var whole = TimedText("")
        for text in texts where !text.parts.isEmpty {
            if !whole.parts.isEmpty { whole.add(" · ") }
            whole.parts += text.parts
        }
        return whole
    }

    /// Without what is behind them.
    var words: String { parts.map(\.text).joined() }

    private mutating func add(_ text: String) {
        if !text.isEmpty { parts.append(Part(text: text)) }
    }

    private mutating func add(_ at: Int64, _ words: (Int64) -> String) {
        let iso = PageClock.iso(at)
        parts.append(Part(text: words(at), iso: iso, moment: PageClock.exact(iso)))
    }
}
