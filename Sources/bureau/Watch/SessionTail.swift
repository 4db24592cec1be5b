import BureauVendors
import Foundation

/// Reads what was added to a session's log since the last look.
struct SessionTail {
    let path: String
    private var offset: UInt64 = 0
    private var pending = Data()
    private static let bytesPerLookMax = 4 << 20

    /// `fromEnd` leaves out what is there already.
    init(path: String, fromEnd: Bool = false) {
        self.path = path
        guard fromEnd, let facts = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        offset = (facts[.size] as? NSNumber)?.uint64Value ?? 0
    }

    /// Nil when there is nothing more to read; a look ends after so many bytes, and the next goes on from there.
    mutating func read() -> [SessionEvent]? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard (try? handle.seek(toOffset: offset)) != nil,
            let data = try? handle.read(upToCount: Self.bytesPerLookMax), !data.isEmpty
        else { return nil }
        offset += UInt64(data.count)
        pending.append(data)
        var events: [SessionEvent] = []
        while let end = pending.firstIndex(of: 10) {
            if let raw = RawEvent(bytes: Array(pending[..<end])), let event = try? raw.decoded() {
                events.append(event)
            }
            pending.removeSubrange(...end)
        }
        return events
    }
}

extension SessionEvent {
    /// When the service handled it; nil while it has not, or says no time.
    var milliseconds: Int64? {
        processedAt.flatMap { try? Date($0, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
            .map { Int64($0.timeIntervalSince1970 * 1_000) }
    }
}

/// One line for a terminal about a session event, or nil for those that say little.
enum EventLine {
    static func text(_ event: SessionEvent, isVerbose: Bool) -> String? {
        switch event.content {
        case .agentMessage(let text): "agent: \(firstLine(text, 160))"
        case .toolUse(let call): "tool: \(call.name) \(firstLine(String(decoding: call.inputJSON, as: UTF8.self), 100))"
        case .error(let fault): "error: \(fault.type) \(firstLine(fault.message, 160))"
        case .statusRescheduled: "the service rescheduled the session"
        case .statusTerminated: "the service terminated the session"
        case .threadCreated(let name): "sub-agent started: \(name ?? "unnamed")"
        case .threadMessage(let message):
            message.isSent
                ? "to sub-agent \(message.otherAgentName ?? "unnamed"): \(firstLine(message.text, 140))"
                : "sub-agent \(message.otherAgentName ?? "unnamed"): \(firstLine(message.text, 140))"
        case .userInterrupt: "interrupt delivered"
        default: isVerbose ? event.type : nil
        }
    }

    private static func firstLine(_ text: String, _ charactersMax: Int) -> String {
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let clean = String(line.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.map(Character.init))
        return clean.count > charactersMax ? clean.prefix(charactersMax - 1) + "…" : clean
    }
}
