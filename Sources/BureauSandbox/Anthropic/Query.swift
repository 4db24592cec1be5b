import Foundation
import Hummingbird

/// A request's query, read strictly: a parameter the route does not know is refused, as the vendor would refuse it
/// sooner or later.
struct Query {
    private var items: [(name: String, value: String)] = []

    /// - Parameter known: plain names, `name[]` for lists, `name[gte]` and so on for ranges. `beta` is always allowed.
    init(_ request: Request, known: Set<String>) throws(AnthropicProblem) {
        for part in (request.uri.query ?? "").split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decode(pair[0])
            guard known.contains(name) || name == "beta" else {
                throw .invalid("\(name): Extra inputs are not permitted")
            }
            items.append((name, pair.count == 2 ? Self.decode(pair[1]) : ""))
        }
    }

    subscript(name: String) -> String? { items.last { $0.name == name }?.value }

    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// `limit`, from 1 to `most`.
    func limit(usual: Int, most: Int) throws(AnthropicProblem) -> Int {
        guard let text = self["limit"] else { return usual }
        guard let limit = Int(text), (1...most).contains(limit) else {
            throw .invalid("limit: Input should be between 1 and \(most)")
        }
        return limit
    }

    /// True when `order` asks for the oldest first.
    func isAscending(usual: Bool) throws(AnthropicProblem) -> Bool {
        switch self["order"] {
        case nil: return usual
        case "asc": return true
        case "desc": return false
        default: throw .invalid("order: Input should be 'asc' or 'desc'")
        }
    }

    /// The bounds of a time range such as `created_at[gte]`, as a test for one moment.
    func range(_ name: String) throws(AnthropicProblem) -> @Sendable (Moment) -> Bool {
        var tests: [@Sendable (Moment) -> Bool] = []
        for bound in ["gte", "gt", "lte", "lt"] {
            guard let text = self["\(name)[\(bound)]"] else { continue }
            guard let limit = Moment(text) else { throw .invalid("\(name).\(bound): Input should be a valid datetime") }
            switch bound {
            case "gte": tests.append { $0 >= limit }
            case "gt": tests.append { $0 > limit }
            case "lte": tests.append { $0 <= limit }
            default: tests.append { $0 < limit }
            }
        }
        return { [tests] moment in tests.allSatisfy { $0(moment) } }
    }

    static func rangeNames(_ name: String) -> Set<String> { Set(["gte", "gt", "lte", "lt"].map { "\(name)[\($0)]" }) }

    private static func decode(_ text: some StringProtocol) -> String {
        let spaced = text.replacingOccurrences(of: "+", with: " ")
        return spaced.removingPercentEncoding ?? spaced
    }
}

/// One page of a list. The cursor is the key of the last item given out, so new items never shift a later page.
struct Page<Item> {
    let items: [Item]
    let next: String?

    /// - Parameter items: in the order of the answer, each with a key that never changes.
    init(_ items: some Collection<Item>, after cursor: String?, limit: Int, key: (Item) -> String)
        throws(AnthropicProblem)
    {
        var rest = Array(items)
        if let cursor {
            guard cursor.hasPrefix("page_"), let last = rest.firstIndex(where: { "page_\(key($0))" == cursor }) else {
                throw .invalid("page: Invalid page token")
            }
            rest.removeFirst(last + 1)
        }
        self.items = Array(rest.prefix(limit))
        next = rest.count > limit ? self.items.last.map { "page_\(key($0))" } : nil
    }
}
