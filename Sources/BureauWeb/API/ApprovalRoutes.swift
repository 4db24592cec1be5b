import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /api/v1/approvals` and `POST /api/v1/approvals/{id}/decision`, with `Authorization: Bearer …`.
struct ApprovalRoutes {
    let house: WebHouse
    static let bodyBytesMax = 16 << 10, listedMax = 1_000

    var routes: [Route] {
        [
            .api(.get, "/api/v1/approvals", .viewer) { web in
                let found = try await house.approvals.list(state: try state(web.query("status")), limit: Self.listedMax)
                let visible = try await visible(found, web)
                return Self.json(.array(visible.map(\.document)))
            },
            .api(.post, "/api/v1/approvals/:id/decision", .consultant) { web in
                let decision = try await decision(web.head)
                return try await decide(web.parameter("id").uppercased(), decision, web)
            },
        ]
    }

    /// API_TOKEN sees all; a person's token sees what the person sees.
    private func visible(_ approvals: [ApprovalRecord], _ web: WebRequest) async throws -> [ApprovalRecord] {
        guard let person = web.visitor?.person, person.clients != nil else { return approvals }
        let runs = try await house.runs.find(ids: approvals.map(\.runID))
        return approvals.filter { runs[$0.runID].map { person.maySee(client: $0.clientSlug) } ?? false }
    }

    private struct Decision: Decodable {
        let decision: String
        let reason: String?
    }

    /// Open ones unless another state, or "all", is asked for.
    private func state(_ name: String?) throws -> ApprovalState? {
        guard let name, name != "all" else { return name == nil ? .open : nil }
        guard let state = ApprovalState(rawValue: name) else {
            let names = (ApprovalState.allCases.map(\.rawValue) + ["all"]).joined(separator: ", ")
            throw APIProblem(status: .badRequest, title: "Unknown status", detail: "status is one of \(names).")
        }
        return state
    }

    private func decision(_ request: Request) async throws -> Decision {
        let shape = #"Send {"decision": "approve"} or {"decision": "deny", "reason": "…"}."#
        guard let buffer = try? await request.body.collect(upTo: Self.bodyBytesMax),
            let decision = try? JSONDecoder().decode(Decision.self, from: Data(buffer.readableBytesView)),
            ["approve", "deny"].contains(decision.decision)
        else { throw APIProblem(status: .badRequest, title: "Unreadable decision", detail: shape) }
        if decision.decision == "deny", decision.reason?.allSatisfy(\.isWhitespace) ?? true {
            throw APIProblem(
                status: .unprocessableContent, title: "A reason is missing", detail: "The agent is told why. \(shape)")
        }
        return decision
    }

    private func decide(_ id: String, _ decision: Decision, _ web: WebRequest) async throws -> Response {
        // What came with API_TOKEN counts as API_TOKEN_USER's; a person's own token as that person's.
        let person =
            web.visitor.map { ApprovalView.decider($0.person) } ?? .bureau(name: house.apiDoor?.person ?? "api")
        if let approval = try await house.approvals.find(id), try await visible([approval], web).isEmpty {
            throw APIProblem(status: .notFound, title: "No such approval", detail: "There is no approval \(id).")
        }
        let outcome =
            decision.decision == "approve"
            ? try await house.approvals.approve(id, by: person, on: "api")
            : try await house.approvals.deny(id, by: person, on: "api", reason: decision.reason ?? "")
        let words = SlackFrontDesk.words(outcome) ?? ""
        switch outcome {
        case .decided(let approval): return Self.json(approval.document)
        case .already: throw APIProblem(status: .conflict, title: "Already decided", detail: words)
        case .refused: throw APIProblem(status: .forbidden, title: "Not an approver", detail: words)
        case .unknown: throw APIProblem(status: .notFound, title: "No such approval", detail: words)
        case .short: throw APIProblem(status: .conflict, title: "Not enough money", detail: words)
        case .altered: throw APIProblem(status: .conflict, title: "Altered", detail: words)
        }
    }

    private static func json(_ value: JSONValue) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: value.pretty)))
    }
}
