package import BureauDomain
import Foundation

/// Records as the command line, the pages and the API give them out, under the same names.
extension JSONValue {
    package static func instant(_ milliseconds: Int64) -> JSONValue {
        .string(
            Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(
                Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
    package static func instant(_ milliseconds: Int64?) -> JSONValue { milliseconds.map { .instant($0) } ?? .null }
    package static func line(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    package static func whole64(_ number: Int64) -> JSONValue { .number(JSONNumber(number)) }
}

extension AlertRecord {
    package var document: JSONValue {
        .object(
            JSONObject([
                ("id", .string(id)), ("status", .string(isOpen ? "open" : "resolved")), ("cause", .string(cause)),
                ("subject", .string(subject)), ("sentence", .string(sentence)), ("run", .line(runID)),
                ("occurrences", .whole64(occurrences)), ("reminders", .whole64(reminders)),
                ("opened_at", .instant(openedAt)), ("last_at", .instant(lastAt)), ("resolved_by", .line(resolvedBy)),
            ]))
    }
}

extension DeadLetter {
    package var document: JSONValue {
        .object(
            JSONObject([
                ("id", .string(id)), ("kind", .string(kind.rawValue)), ("cause", .string(cause)),
                ("sentence", .string(sentence)), ("run", .line(runID)), ("agent", .line(agent)),
                ("client", .line(client)), ("parked_at", .instant(parkedAt)),
            ]))
    }
}

extension RunEvent {
    package var document: JSONValue {
        .object(
            JSONObject([
                ("seq", .whole64(seq)), ("at", .instant(at)), ("kind", .string(kind)), ("detail", .string(detail)),
            ]))
    }
}

extension FileRecord {
    /// Without its place on this machine.
    package var document: JSONValue {
        .object(
            JSONObject([
                ("name", .string(safeName)), ("original_name", .string(name)), ("type", .string(mimeType)),
                ("bytes", .whole64(sizeBytes)),
                ("sha256", .line(sha256)), ("round", .number(JSONNumber(round))), ("error", .line(error)),
            ]))
    }
}

extension SignalRecord {
    package var document: JSONValue {
        .object(
            JSONObject([
                ("id", .string(id)), ("received_at", .instant(receivedAt)), ("source", .string(source)),
                ("agent", .string(agent)), ("event", .line(event)), ("delivery_key", .line(deliveryKey)),
                ("remote_address", .string(remoteAddress)), ("bytes", .whole64(bodyBytes)),
                ("verdict", .string(verdict)), ("reason", .string(reason)), ("run", .line(runID)),
            ]))
    }
}

extension LoadedAgent {
    /// Without its config, which may be long.
    package var fields: [(String, JSONValue)] {
        [
            ("name", .string(config.name)), ("display_name", .string(config.displayName)),
            ("description", .string(config.description)), ("version", .string(config.version)),
            ("sha256", .string(hash)), ("by_hand", .bool(config.triggers.manualCLI)),
            ("required_fields", .array(config.payloadSource.requiredFields.map { .string($0) })),
        ]
    }
}
