import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /api/v1/approvals` and `POST /api/v1/approvals/{id}/decision`, with `Authorization: Bearer …`.
struct ApprovalRoutes {
    let door: ApprovalDoor
    static let bodyBytesMax = 16 << 10, listedMax = 1_000

    func add(to router: Router<WebContext>) {
        router.get("/api/v1/approvals") { request, _ in
            try check(request)
            let state = try state(request.uri.queryParameters["status"].map(String.init))
            let found = try await door.desk.list(state: state, limit: Self.listedMax)
            return Self.json(.array(found.map(\.document)))
        }
        router.post("/api/v1/approvals/:id/decision") { request, context in
            try check(request)
            let id = (context.parameters.get("id") ?? "").uppercased()
            let decision = try await decision(request)
            return try await decide(id, decision)
        }
    }

    private struct Decision: Decodable {
        let decision: String
        let reason: String?
    }

    private func check(_ request: Request) throws {
        guard door.isOpen(to: request.headers[.authorization]) else {
            throw APIProblem(
                status: .unauthorized, title: "Not authorized", detail: "Send Authorization: Bearer with the API_TOKEN."
            )
        }
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

    private func decide(_ id: String, _ decision: Decision) async throws -> Response {
        let person = ApprovalPolicy.Person.bureau(name: door.person)
        let outcome =
            decision.decision == "approve"
            ? try await door.desk.approve(id, by: person, on: "api")
            : try await door.desk.deny(id, by: person, on: "api", reason: decision.reason ?? "")
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
