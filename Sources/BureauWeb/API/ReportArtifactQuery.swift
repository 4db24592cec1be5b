import BureauDomain
import BureauEngine
import Hummingbird

/// The filters of a list, from the address. A name or value that means nothing is an error, not an empty list.
struct ReportArtifactQuery {
    let filter: ArtifactFilter
    static let names = [
        "client", "agent", "kind", "channel", "run", "month", "text", "status", "visibility", "superseded", "before",
        "limit",
    ]

    static let unknownPeriod = APIProblem(
        status: .badRequest, title: "Unknown period", detail: "A period is not one that can be asked for.",
        fix: "Write any, current, previous, or a month such as 2026-10.")

    init(_ request: Request) throws {
        let query = request.uri.queryParameters
        for (name, _) in query where !Self.names.contains(String(name)) {
            throw APIProblem(
                status: .badRequest, title: "Unknown filter", detail: "There is a filter that is not known here.",
                fix: "The filters are \(Self.names.joined(separator: ", ")).")
        }
        func text(_ name: Substring) -> String? { query[name].map(String.init).flatMap { $0.isEmpty ? nil : $0 } }
        let limit = text("limit").map { Int($0) ?? 0 } ?? 50
        guard 1..<ArtifactFilter.limitMax ~= limit else {
            throw APIProblem(
                status: .badRequest, title: "Wrong limit", detail: "limit is how many are listed at once.",
                fix: "Use a whole number from 1 to \(ArtifactFilter.limitMax - 1).")
        }
        let month = text("month")
        if let month, ArtifactPeriod(month: month) == nil { throw Self.unknownPeriod }
        filter = ArtifactFilter(
            client: text("client"), agent: text("agent"), kind: text("kind"), channel: text("channel"),
            run: text("run")?.uppercased(), month: month, text: text("text"),
            state: try Self.choice("status", text("status")),
            visibility: try Self.choice("visibility", text("visibility")),
            includesSuperseded: text("superseded") == "true", before: text("before")?.uppercased(), limit: limit)
    }

    private static func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ text: String?) throws
        -> Choice?
    where Choice.RawValue == String {
        guard let text else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw APIProblem(
                status: .badRequest, title: "Unknown \(name)", detail: "\(name) is not one of those there are.",
                fix: "Use one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return choice
    }
}
