package import BureauDomain
import Foundation

extension ApprovalRecord {
    /// As the command line and the API give it out.
    package var document: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        let changed = changedInput.flatMap { try? JSONValue.parse(Array($0.utf8)) }
        return .object(
            JSONObject([
                ("id", .string(id)), ("run", .string(runID)), ("status", .string(state.rawValue)),
                ("tool", .string(tool)), ("sub_agent", text(threadName)), ("effect", .string(effect)),
                ("input", (try? JSONValue.parse(Array(input.utf8))) ?? .string(input)),
                ("input_sha256", .string(inputHash)), ("decided_by", text(decidedBy)),
                ("decided_on", text(decidedOn)), ("reason", text(reason)),
                ("requested_at", .string(Self.time(requestedAt))), ("expires_at", .string(Self.time(expiresAt))),
                ("decided_at", text(decidedAt.map(Self.time))), ("why", text(why)),
                ("version", .number(JSONNumber(version))), ("previous", text(previous)),
                ("differs_in", .array(differsIn.map { .string($0) })),
                ("changed_input", changed ?? .null),
                ("changed_sha256", text(changedHash)), ("granted_by", text(grantedBy)), ("used_by", text(usedBy)),
                ("answered_there", text(answeredThere)),
            ]))
    }

    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
