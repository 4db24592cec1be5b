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

    /// Calls of one tool in a row, with what they brought, from which on they are shown as one.
    static let groupedFrom = 3

    /// Where things that belong together begin and end: most hold one, some all the calls of a tool in a row.
    static func groups(_ items: [TimelineItem]) -> [Range<Int>] {
        var (groups, start) = ([Range<Int>](), 0)
        while start < items.count {
            let end = items[start].tool.map { stretch(of: $0, from: start, in: items) } ?? start + 1
            let isGroup = items[start..<end].count { $0.tool != nil } >= groupedFrom
            groups += isGroup ? [start..<end] : (start..<end).map { $0..<$0 + 1 }
            start = end
        }
        return groups
    }

    private static func stretch(of tool: String, from start: Int, in items: [TimelineItem]) -> Int {
        items[start...].firstIndex { !($0.tool == tool || $0.isResult) } ?? items.count
    }

    var tool: String? { if case .line(let line) = self { line.tool } else { nil } }
    private var isResult: Bool { if case .line(let line) = self { line.kind == .result } else { false } }
    var line: SessionLine? { if case .line(let line) = self { line } else { nil } }
    var event: RunEvent? { if case .own(let event) = self { event } else { nil } }
    var at: Int64? {
        switch self {
        case .own(let event): event.at
        case .line(let line): line.at
        }
    }
}
