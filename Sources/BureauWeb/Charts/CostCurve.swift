import BureauDomain
import BureauEngine

/// What a run has cost in all as its time goes by: a line of steps, with its alert and its cap across it.
struct CostCurve {
    let id: String
    let title: String
    /// By time; what comes later is never less.
    let points: [SpendPoint]
    /// Where the axis begins and ends: milliseconds UTC.
    let start: Int64
    let end: Int64
    let alert: MicroUSD?
    let cap: MicroUSD?

    private static let wide = Frame(name: "wide", width: 860, left: 64, right: 12)
    private static let narrow = Frame(name: "narrow", width: 328, left: 52, right: 4)

    private struct Frame {
        let name: String
        let width: Int, left: Int, right: Int
        var height: Int { 240 }
        var top: Int { 20 }
        var base: Double { Double(height - 32) }
        var plotWidth: Double { Double(width - left - right) }
        var plotHeight: Double { base - Double(top) }
    }

    var chart: Chart { Chart(caption: caption, drawings: [draw(Self.wide), draw(Self.narrow)]) }

    // MARK: Words

    private var total: MicroUSD { points.last?.total ?? .zero }

    static func after(_ at: Int64, _ start: Int64) -> String { Words.duration(.milliseconds(max(0, at - start))) }

    private var caption: String {
        guard let last = points.last else { return "Nothing was spent yet." }
        let over = [(cap, "over its cap of"), (alert, "over its alert of")].compactMap { limit, words in
            limit.flatMap { total > $0 ? "\(words) \($0)" : nil }
        }
        let under = cap.map { "under its cap of \($0)" } ?? "without a cap"
        return "\(total) after \(Self.after(last.at, start)), \(over.first ?? under)."
    }

    private var desc: String {
        guard let first = points.first, let last = points.last else { return "No figures." }
        let limits = [alert.map { "Alert at \($0)." }, cap.map { "Cap at \($0)." }].compactMap(\.self)
        let line =
            "From \(first.total) after \(Self.after(first.at, start)) to \(last.total) after \(Self.after(last.at, start)), "
            + "in \(points.count) \(points.count == 1 ? "step" : "steps")."
        return ([line] + limits).joined(separator: " ")
    }

    // MARK: Drawing

    private func draw(_ frame: Frame) -> Chart.Drawing {
        let name = "\(id)-\(frame.name)", most = max(total, cap ?? .zero, alert ?? .zero)
        let scale = AxisScale(upTo: most)
        let across: [(MicroUSD, String, String)] = [(alert, "alarm", "Alert"), (cap, "limit", "Cap")]
            .compactMap { amount, style, word in amount.map { ($0, style, word) } }
        var labels = scale.ticks.map { tick in
            Chart.Label(
                x: "\(frame.left - 8)", y: StackedBars.text(y(tick, scale, frame) + 4), text: scale.word(tick),
                anchor: "end")
        }
        labels += across.map { amount, _, word in
            Chart.Label(
                x: "\(frame.width - frame.right)", y: StackedBars.text(y(amount, scale, frame) - 5),
                text: "\(word) \(amount)", anchor: "end")
        }
        labels += times(frame)
        var paths = across.map { amount, style, _ in
            let height = StackedBars.text(y(amount, scale, frame))
            return Chart.Path(style: style, d: "M\(frame.left) \(height)H\(frame.width - frame.right)")
        }
        paths.append(Chart.Path(style: "curve", d: steps(scale, frame)))
        return Chart.Drawing(
            style: frame.name, box: "0 0 \(frame.width) \(frame.height)", titleID: name + "-title",
            descID: name + "-desc", title: title, desc: desc, patterns: [],
            lines: scale.ticks.map { tick in
                Chart.Line(
                    y: StackedBars.text(y(tick, scale, frame)), from: "\(frame.left)",
                    to: "\(frame.width - frame.right)")
            }, bars: [], open: nil, labels: labels, keys: [], paths: paths)
    }

    private func y(_ amount: MicroUSD, _ scale: AxisScale, _ frame: Frame) -> Double {
        frame.base - Double(amount.rawValue) / Double(scale.top.rawValue) * frame.plotHeight
    }

    private func x(_ at: Int64, _ frame: Frame) -> Double {
        let span = Double(max(1, end - start)), part = Double(at - start) / span
        return Double(frame.left) + min(1, max(0, part)) * frame.plotWidth
    }

    /// It begins at nothing, and stays where it is until the next figure comes.
    private func steps(_ scale: AxisScale, _ frame: Frame) -> String {
        let first = "M\(frame.left) \(StackedBars.text(frame.base))"
        let path = points.map { point in
            "H\(StackedBars.text(x(point.at, frame)))V\(StackedBars.text(y(point.total, scale, frame)))"
        }
        return first + path.joined() + "H\(StackedBars.text(x(end, frame)))"
    }

    private func times(_ frame: Frame) -> [Chart.Label] {
        let height = "\(frame.height - 12)"
        return [
            Chart.Label(x: "\(frame.left)", y: height, text: "start"),
            Chart.Label(
                x: "\(frame.width - frame.right)", y: height, text: "after \(Self.after(end, start))", anchor: "end"),
        ]
    }
}
