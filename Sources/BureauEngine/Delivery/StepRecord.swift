import BureauDomain
import BureauStorage
import Foundation

/// One outbound write: committed as an intent with its mark before the write, receipted after.
package struct StepRecord: Sendable, Hashable {
    package enum Purpose: String, Sendable, CaseIterable { case session, delivery, notice }
    package enum Channel: String, Sendable, CaseIterable {
        case anthropic, googleDrive = "google_drive", clickUp = "clickup", slack, folder, asana
    }
    package enum State: String, Sendable {
        /// Planned, surely not written.
        case pending
        /// Perhaps written: look for the mark before writing.
        case intended
        case done
        case failed
        /// Nobody can tell whether it was written: a person decides.
        case doubtful
    }

    /// Also the mark that is carried by the write, so that it can be found again.
    package let id: String
    /// Nil only for a notice that is about no run.
    package let runID: String?
    package let purpose: Purpose
    package let channel: Channel
    package let kind: String
    package let subject: String
    /// Which round of the run it belongs to.
    package let round: Int
    package let position: Int
    package let state: State
    package let intent: String
    package let receipt: String?
    package let error: String?
    package let attempts: Int
    /// When it was planned. Its id does not tell: a run's step has the time of its run there.
    let createdAt: Int64
    package let intendedAt: Int64?
    /// When it was sent last.
    let lastSentAt: Int64?
    /// Delivered before, and to be looked at before anybody says so again.
    package let mustRecheck: Bool
    /// The receipt of something that was delivered and is gone.
    package let formerReceipt: String?

    init(_ row: Row) throws {
        func read<Kind: RawRepresentable>(_ column: String) throws -> Kind where Kind.RawValue == String {
            guard let kind = Kind(rawValue: try row.text(column)) else {
                throw StorageError.unreadable(column: column, "not a value this bureau knows")
            }
            return kind
        }
        id = try row.text("id")
        runID = try row.textIfAny("run_id")
        purpose = try read("purpose")
        channel = try read("channel")
        kind = try row.text("kind")
        subject = try row.text("subject")
        round = Int(try row.integer("round"))
        position = Int(try row.integer("position"))
        state = try read("state")
        intent = try row.text("intent")
        receipt = try row.textIfAny("receipt")
        error = try row.textIfAny("error")
        attempts = Int(try row.integer("attempts"))
        createdAt = try row.integer("created_at")
        intendedAt = try row.integerIfAny("intended_at")
        lastSentAt = try row.integerIfAny("last_sent_at")
        mustRecheck = try row.flag("recheck")
        formerReceipt = try row.textIfAny("former_receipt")
    }

    /// Whether there is something to do: to write it, or to see whether it is still there.
    var isOpen: Bool { state == .pending || state == .intended || (state == .done && mustRecheck) }

    /// From when on it may have been written: a look for it goes back no further than that, and what differs in clocks.
    var sentSince: Int64 { intendedAt ?? createdAt }

    func intent<Value: Decodable>(as type: Value.Type) throws -> Value { try JSONText.decode(type, intent) }
    func receipt<Value: Decodable>(as type: Value.Type) throws -> Value? {
        try receipt.map { try JSONText.decode(type, $0) }
    }
}

/// Small JSON documents kept in text columns. Keys are sorted, so equal values have equal bytes.
package enum JSONText {
    package static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
