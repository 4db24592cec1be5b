import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// What runs have cost, and alerts.
struct SystemAPI: Sendable {
    let house: WebHouse
    private static let tag = "system", costLinesMax = 1_000

    var routes: [Route] {
        [
            .operation(
                house, .get, "/costs", .operator,
                as: .init(
                    name: "listCosts", tag: Self.tag, summary: "What runs have cost, in UTC months and days.",
                    answer: .list(.named("CostLine")),
                    query: [
                        .optional("by", .choice(CostDesk.Grouping.allCases.map(\.rawValue))),
                        .optional("month", .month),
                    ])
            ) { try await costs($0) },
            .operation(
                house, .get, "/alerts", .engineer,
                as: .init(
                    name: "listAlerts", tag: Self.tag, summary: "What people should know about, newest first.",
                    answer: .list(.named("Alert")),
                    query: [.optional("all", .flag, "Resolved ones too.")] + APIOperation.paging)
            ) { call in
                let found = try await house.alerts.list(
                    isAll: call.query["all"]?.bool ?? false, visible: call.visible, before: call.before("alerts"),
                    limit: call.limit + 1)
                return .page(found, call, "alerts", id: \.id, \.document)
            },
            .operation(
                house, .post, "/alerts/:id/resolve", .engineer,
                as: .init(
                    name: "resolveAlert", tag: Self.tag, summary: "Close an alert. The same cause opens a new one.",
                    answer: .one(.named("Alert")), body: .object([], isOpen: false))
            ) { .one(try await resolve($0)) },
        ]
    }

    private func costs(_ call: APICall) async throws -> APIAnswer {
        let grouping = call.text("by").flatMap(CostDesk.Grouping.init(rawValue:)) ?? .client
        guard call.visible == nil || grouping == .client else {
            throw APIProblem(
                status: .forbidden, title: "Not of all clients",
                detail: "You see some clients, and these sums are of all of them.", fix: "Ask for by=client.")
        }
        let lines = try await house.costs.lines(by: grouping, month: call.text("month").flatMap(SpendMonth.init))
            .filter { line in call.visible.map { $0.contains(line.name) } ?? true }
        return .list(Self.documents(lines), next: nil)
    }

    /// The sums as programs get them, over the API and beside their page.
    static func documents(_ lines: [CostDesk.Line]) -> [JSONValue] {
        lines.prefix(costLinesMax).map { line -> JSONValue in
            [
                "name": .string(line.name), "runs": .whole64(line.runs),
                "cost_usd": JSONNumber(Double(line.spent.rawValue) / 1_000_000).map { .number($0) } ?? 0,
                "unpriced_runs": .whole64(line.unpricedRuns),
            ]
        }
    }

    private func resolve(_ call: APICall) async throws -> JSONValue {
        let id = call.web.parameter("id").uppercased(), actor = try call.web.actor()
        let found = try await house.alerts.find(id).first { $0.id == id }
        guard let alert = found,
            try await isVisible(alert.runID, call)
        else { throw APIProblem.missing("such alert") }
        _ = try await house.alerts.resolve(alert.id, by: actor.name)
        let after = try await house.alerts.find(id).first ?? alert
        try await house.audit.note(actor, alert: alert, after: after)
        return after.document
    }

    private func isVisible(_ runID: String?, _ call: APICall) async throws -> Bool {
        guard let runID, let visible = call.visible else { return true }
        return try await house.runs.find(runID).clientSlug.map(visible.contains) ?? true
    }
}
