import BureauDomain

/// Stacked bars by day: at most 31 of them, of at most four series. Amounts begin at zero; a day that has not come is a
/// gap.
struct StackedBars {
    struct Day {
        /// "2026-11-21"
        var day: String
        /// One for each series.
        var values: [MicroUSD]
        var isOver = true
        var total: MicroUSD { values.reduce(.zero) { $0 + $1 } }
    }

    static let daysMax = 31, seriesMax = 4
    /// Two drawings: text keeps its size on a phone.
    private static let wide = Frame(name: "wide", width: 860, height: 300, left: 64, right: 190, bottom: 32)
    private static let narrow = Frame(name: "narrow", width: 328, height: 300, left: 52, right: 4, bottom: 32)

    let id: String
    let title: String
    let series: [String]
    let days: [Day]
    /// How many days the axis has; the days that have not come are left empty.
    let slots: Int

    init(id: String, title: String, series: [String], days: [Day], slots: Int) {
        self.id = id
        self.title = title
        self.series = Array(series.prefix(Self.seriesMax))
        self.days = Array(days.prefix(Self.daysMax))
        self.slots = min(Self.daysMax, max(slots, days.count))
    }

    var chart: Chart { Chart(caption: caption, drawings: [draw(Self.wide), draw(Self.narrow)]) }

    // MARK: Words

    private var highest: Day? { days.max { ($0.total, $1.day) < ($1.total, $0.day) } }
    private var sum: MicroUSD { days.reduce(.zero) { $0 + $1.total } }

    /// The days counted are those that have come; what was spent stands on fewer.
    private var caption: String {
        guard let highest, highest.total > .zero, let month = CivilDate(day: highest.day) else {
            return "Nothing was spent on these days."
        }
        let spent = days.count { $0.total > .zero }, isOver = days.count >= slots
        let name = CivilDate.months[month.month - 1], on = CivilDate.words(day: highest.day)
        guard days.count > 1 else { return "\(sum) on \(on), the first day." }
        let span = isOver ? "in \(name)" : "in the first \(days.count) days of \(name)"
        guard spent > 1 else { return "\(sum) \(span), all of it on \(on)." }
        let which = isOver ? "its \(days.count) days" : "them"
        let count = spent == days.count ? "each of \(which)" : "\(spent) of \(which)"
        return "\(sum) \(span), on \(count); the costliest was \(on) with \(highest.total)."
    }

    private var desc: String {
        guard let first = days.first, let last = days.last, let highest,
            let lowest = days.min(by: { ($0.total, $0.day) < ($1.total, $1.day) })
        else { return "No days." }
        func told(_ word: String, _ day: Day) -> String { "\(word) \(CivilDate.words(day: day.day)) \(day.total)" }
        return [told("First", first), told("last", last), told("highest", highest), told("lowest", lowest)]
            .joined(separator: ", ") + ". Stacked by \(series.joined(separator: ", "))."
    }

    // MARK: Drawing

    private struct Frame {
        let name: String
        let width: Int, height: Int, left: Int, right: Int, bottom: Int
        var top: Int { 12 }
        var plotWidth: Double { Double(width - left - right) }
        var plotHeight: Double { Double(height - top - bottom) }
        var base: Double { Double(height - bottom) }
        var hasKeysBeside: Bool { right > 100 }
    }

    private static let keyHeight = 22
    private static let marks = ["", "M0 6L6 0", "M0 3H6", "M3 0V6M0 3H6"]

    private func draw(_ frame: Frame) -> Chart.Drawing {
        let name = "\(id)-\(frame.name)", scale = AxisScale(upTo: highest?.total ?? .zero)
        let below = frame.hasKeysBeside ? 0 : series.count * Self.keyHeight + 8
        var labels = scale.ticks.map { tick in
            Chart.Label(
                x: "\(frame.left - 8)", y: Self.text(y(tick, scale, frame) + 4), text: scale.word(tick), anchor: "end")
        }
        labels += dates(frame)
        return Chart.Drawing(
            style: frame.name, box: "0 0 \(frame.width) \(frame.height + below)", titleID: name + "-title",
            descID: name + "-desc", title: title, desc: desc,
            patterns: series.indices.map {
                Chart.Pattern(id: "\(name)-s\($0 + 1)", tone: "s\($0 + 1)", mark: Self.marks[$0])
            },
            lines: scale.ticks.map {
                Chart.Line(
                    y: Self.text(y($0, scale, frame)), from: "\(frame.left)", to: "\(frame.width - frame.right)")
            },
            bars: days.indices.flatMap { bars($0, scale, frame, name) }, open: open(scale, frame), labels: labels,
            keys: keys(frame, name))
    }

    private func y(_ amount: MicroUSD, _ scale: AxisScale, _ frame: Frame) -> Double {
        frame.base - Double(amount.rawValue) / Double(scale.top.rawValue) * frame.plotHeight
    }

    private func x(_ index: Int, _ frame: Frame) -> (from: Double, width: Double) {
        let step = frame.plotWidth / Double(max(slots, 1))
        return (Double(frame.left) + Double(index) * step + step * 0.12, step * 0.76)
    }

    private func bars(_ index: Int, _ scale: AxisScale, _ frame: Frame, _ name: String) -> [Chart.Rect] {
        var (below, found) = (MicroUSD.zero, [Chart.Rect]())
        let place = x(index, frame)
        for (number, value) in days[index].values.prefix(series.count).enumerated() where value > .zero {
            let top = y(below + value, scale, frame), bottom = y(below, scale, frame)
            found.append(
                Chart.Rect(
                    x: Self.text(place.from), y: Self.text(top), width: Self.text(place.width),
                    height: Self.text(bottom - top), fill: "url(#\(name)-s\(number + 1))"))
            below += value
        }
        return found
    }

    /// A dotted frame around the day that is not over.
    private func open(_ scale: AxisScale, _ frame: Frame) -> Chart.Rect? {
        guard let index = days.lastIndex(where: { !$0.isOver }) else { return nil }
        let place = x(index, frame), top = min(y(days[index].total, scale, frame) - 3, frame.base - 10)
        return Chart.Rect(
            x: Self.text(place.from - 2), y: Self.text(top), width: Self.text(place.width + 4),
            height: Self.text(frame.base - top), fill: "none")
    }

    /// The first of the month and the Mondays that are far enough from it; on a phone every other one.
    private func dates(_ frame: Frame) -> [Chart.Label] {
        guard let first = days.first, let start = CivilDate(day: first.day)?.daysSince1970 else { return [] }
        var (shown, lastX) = ([Chart.Label](), -1_000.0)
        for index in 0..<slots {
            // 1 January 1970 was a Thursday.
            guard index == 0 || (start + index + 3) % 7 == 0 else { continue }
            let place = x(index, frame), middle = place.from + place.width / 2
            // The last one may have no room to its right.
            let isAtEdge = middle + 24 > Double(frame.width)
            guard (isAtEdge ? Double(frame.width - 24) : middle) - lastX >= 52 else { continue }
            lastX = middle
            shown.append(
                Chart.Label(
                    x: isAtEdge ? "\(frame.width)" : Self.text(middle), y: "\(frame.height - frame.bottom + 20)",
                    text: CivilDate.words(day: SpendMonth.day(daysSince1970: start + index)),
                    anchor: isAtEdge ? "end" : "middle"))
        }
        return shown
    }

    /// Beside the bars in their order, the topmost series on top; under them on a phone.
    private func keys(_ frame: Frame, _ name: String) -> [Chart.Key] {
        series.indices.reversed().enumerated().map { row, number in
            let x = frame.hasKeysBeside ? frame.width - frame.right + 12 : frame.left
            let y = (frame.hasKeysBeside ? frame.top : frame.height + 4) + row * Self.keyHeight
            return Chart.Key(
                x: "\(x)", y: "\(y)", fill: "url(#\(name)-s\(number + 1))",
                label: Chart.Label(x: "\(x + 20)", y: "\(y + 12)", text: Self.short(series[number])))
        }
    }

    private static func short(_ name: String) -> String { name.count > 22 ? name.prefix(21) + "…" : name }

    /// At most two digits after the point: bytes do not depend on how a machine rounds the last ones.
    static func text(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        let (whole, rest) = (abs(hundredths) / 100, abs(hundredths) % 100)
        let sign = hundredths < 0 ? "-" : ""
        if rest == 0 { return "\(sign)\(whole)" }
        return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// Three to six ticks from zero, at 1, 2 or 5 times a power of ten.
struct AxisScale {
    let ticks: [MicroUSD]
    var top: MicroUSD { ticks.last ?? .cents(1) }

    init(upTo most: MicroUSD) {
        let most = max(most.rawValue, 10_000)
        var step: Int64 = 1_000
        let factors: [Int64] = [2, 5, 10]
        var (power, index) = (step, 0)
        // Each round is a larger step; an amount of money has 19 digits.
        while (most + step - 1) / step > 5, power < Int64.max / 100 {
            step = power * factors[index]
            if index == 2 { power *= 10 }
            index = (index + 1) % 3
        }
        let count = max(2, (most + step - 1) / step)
        ticks = (0...count).map { MicroUSD(rawValue: $0 * step) }
    }

    /// Short: "$0.05", "$20", "$1,500".
    func word(_ tick: MicroUSD) -> String {
        guard top >= .cents(500) else { return tick == .zero ? "$0" : "\(tick)" }
        let digits = Array(String(tick.rawValue / 1_000_000))
        let grouped = digits.enumerated().map { index, digit in
            (index > 0 && (digits.count - index) % 3 == 0 ? "," : "") + String(digit)
        }
        return "$" + grouped.joined()
    }
}
