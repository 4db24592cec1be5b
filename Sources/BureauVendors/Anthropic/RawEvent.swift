/// One session event exactly as the service wrote it. The bytes are the evidence that is stored; only the members
/// needed to file it are read out, without decoding the rest.
package struct RawEvent: Hashable, Sendable {
    /// The event's JSON, byte for byte; what `said(in:)` has added is its last member.
    package let bytes: [UInt8]
    /// Empty when the service left it out, which has been seen with the echo of an interrupt.
    package let id: String
    package let type: String
    /// RFC 3339 as written; nil while the event is queued.
    package let processedAt: String?

    /// Nil when the bytes are not one JSON object with a `type`.
    package init?(bytes: [UInt8]) {
        guard let members = bytes.withUnsafeBufferPointer(Self.members) else { return nil }
        self.bytes = bytes
        (id, type, processedAt) = members
    }

    /// What tells this event from every other of its session. An event delivered again, or first queued and then
    /// processed, has the same key.
    package var key: String { id.isEmpty ? "\(type)@\(processedAt ?? "")" : id }

    /// The thread that speaks, as far as the event says or as was known where it was read.
    package var threadID: String? { text(of: "session_thread_id") ?? text(of: Self.threadMember) }

    private static let threadMember: StaticString = "bureau_thread"

    /// The same event, as one that was read from the history of this thread: there the service leaves the thread out. What
    /// is added is ours, and says so.
    package func said(in thread: String) -> RawEvent {
        guard threadID == nil, let end = bytes.lastIndex(of: UInt8(ascii: "}")),
            thread.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        else { return self }
        return RawEvent(bytes: bytes[..<end] + Array(#","\#(Self.threadMember)":"\#(thread)"}"#.utf8)) ?? self
    }

    private func text(of member: StaticString) -> String? {
        JSONScanner.member(member, of: bytes).flatMap { value in
            guard value.count > 2, value.first == UInt8(ascii: "\""), !value.contains(UInt8(ascii: "\\")) else {
                return nil
            }
            return String(decoding: value.dropFirst().dropLast(), as: UTF8.self)
        }
    }

    private static func members(_ buffer: UnsafeBufferPointer<UInt8>) -> (String, String, String?)? {
        var scanner = JSONScanner(buffer)
        var id: String?
        var type: String?
        var processedAt: String?
        let whole = scanner.members { name, value in
            switch name.count {
            case 2 where id == nil && JSONScanner.name(buffer, name, is: "id"): id = JSONScanner.text(buffer, value)
            case 4 where type == nil && JSONScanner.name(buffer, name, is: "type"):
                type = JSONScanner.text(buffer, value)
            case 12 where processedAt == nil && JSONScanner.name(buffer, name, is: "processed_at"):
                processedAt = JSONScanner.text(buffer, value)
            case 7... where buffer[name].contains(0x5C):
                if id == nil, JSONScanner.name(buffer, name, is: "id") { id = JSONScanner.text(buffer, value) }
                if type == nil, JSONScanner.name(buffer, name, is: "type") { type = JSONScanner.text(buffer, value) }
                if processedAt == nil, JSONScanner.name(buffer, name, is: "processed_at") {
                    processedAt = JSONScanner.text(buffer, value)
                }
            default: break
            }
        }
        guard whole, scanner.isAtEnd(), let type, !type.isEmpty else { return nil }
        return (id ?? "", type, processedAt)
    }
}
