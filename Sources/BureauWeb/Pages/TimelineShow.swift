import BureauDomain
import BureauEngine

/// Which part of what happened a timeline shows, by its name in addresses.
enum TimelineShow: String, CaseIterable, Sendable {
    case key, tools, everything, raw

    init(_ web: WebRequest) { self = web.query("show").flatMap(Self.init(rawValue:)) ?? .key }

    var word: String {
        switch self {
        case .key: "Key events"
        case .tools: "Tools"
        case .everything: "Everything"
        case .raw: "Raw"
        }
    }

    /// Nil for what is shown without asking.
    var query: String? { self == .key ? nil : rawValue }
    var form: SessionLine.Form { self == .raw ? .json : .words }
    var hasOwn: Bool { self != .tools }

    func shows(_ line: SessionLine) -> Bool {
        switch self {
        case .key: line.isKey
        case .tools: line.isOfTool
        case .everything, .raw: true
        }
    }
}

/// One thing of a timeline, the run's own or its session's.
enum TimelineItem: Sendable {
    case own(RunEvent)
    case line(SessionLine)

    /// Where things that belong together begin and end: most hold one, some all the calls of a tool in a row.
    static func groups(_ items: [TimelineItem]) -> [Range<Int>] {
        var (groups, start) = ([Range<Int>](), 0)
        while start < items.count {
            var (stretch, end) = (TimelineStretch(items[start], isCut: false), start + 1)
            while end < items.count, stretch?.take(items[end]) == true { end += 1 }
            groups += stretch?.isGroup == true ? [start..<end] : (start..<end).map { $0..<$0 + 1 }
            start = end
        }
        return groups
    }

    var isResult: Bool { if case .line(let line) = self { line.kind == .result } else { false } }
    var line: SessionLine? { if case .line(let line) = self { line } else { nil } }
    var event: RunEvent? { if case .own(let event) = self { event } else { nil } }
    var at: Int64? {
        switch self {
        case .own(let event): event.at
        case .line(let line): line.at
        }
    }
}
