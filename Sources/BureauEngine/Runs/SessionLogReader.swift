import BureauDomain
import BureauVendors
package import Foundation

/// One line of a session's log as people read it.
package struct SessionLine: Sendable, Hashable {
    package enum Kind: String, Sendable { case message, tool, result, trouble, status, thread }

    /// Where the line begins in the log, and where what comes after it does.
    package let start: UInt64, end: UInt64
    /// Milliseconds UTC; nil when the service has not said.
    package let at: Int64?
    package let kind: Kind
    package let text: String
    /// The text goes on in the log.
    package let isCut: Bool
    /// Whether it is of the key view: messages, tools and their results, trouble.
    package let isKey: Bool
}

/// Reads a session's log in pieces of bounded size, from its end or from where one left off: a log of any length opens
/// as fast as a short one.
package struct SessionLogReader: Sendable {
    let path: String
    package static let pieceBytesMax = 512 << 10, textCharactersMax = 2_000
    /// Of one line that is looked at by itself.
    package static let wholeBytesMax = 256 << 10
    /// That a search looks through before it says how far it came.
    package static let searchPiecesMax = 8

    package init(folder: URL, session: String) {
        path = folder.appendingPathComponent(SessionLog.isSafe(session) ? session + ".jsonl" : "none").path
    }

    /// The newest lines before `end` (the log's own end when nil) that are wanted, at most one piece, and where the
    /// oldest that was looked at begins; 0 when nothing is before it. Read from the end: what is not shown is not read.
    package func newest(
        before end: UInt64? = nil, atMost linesMax: Int = .max, where isWanted: (SessionLine) -> Bool = { _ in true }
    ) -> (lines: [SessionLine], start: UInt64, end: UInt64) {
        let size = self.size
        let last = min(end ?? size, size)
        let first = last > UInt64(Self.pieceBytesMax) ? last - UInt64(Self.pieceBytesMax) : 0
        guard let data = bytes(from: first, to: last), let newline = data.lastIndex(of: 10) else {
            return ([], first, first)
        }
        var lines: [SessionLine] = []
        var rest = data[...newline]
        while !rest.isEmpty, lines.count < linesMax {
            let begin = rest.dropLast().lastIndex(of: 10).map { $0 + 1 } ?? rest.startIndex
            // The first bytes may be the middle of a line.
            if begin == rest.startIndex, first > 0 { break }
            let place = first + UInt64(begin - data.startIndex)
            if let line = Self.line(Array(rest[begin...].dropLast()), start: place), isWanted(line) {
                lines.append(line)
            }
            rest = rest[..<begin]
        }
        let found = first + UInt64(newline + 1 - data.startIndex)
        let start = first + UInt64(rest.endIndex - data.startIndex)
        // A line longer than a piece is passed over, or reading would stand still behind it.
        return (lines.reversed(), start == found ? first : start, found)
    }

    /// As `newest`, through several pieces: what is looked for may be rare. Where it stopped, a next search goes on.
    package func search(
        before end: UInt64? = nil, atMost linesMax: Int, where isWanted: (SessionLine) -> Bool
    ) -> (lines: [SessionLine], start: UInt64, end: UInt64) {
        var found = newest(before: end, atMost: linesMax, where: isWanted)
        for _ in 1..<Self.searchPiecesMax where found.start > 0 && found.lines.count < linesMax {
            let more = newest(before: found.start, atMost: linesMax - found.lines.count, where: isWanted)
            found = (more.lines + found.lines, more.start, found.end)
        }
        return found
    }

    /// The line that begins at `start`, its text uncut, and its JSON without credentials. Nil where no line begins, or
    /// one that is longer than `wholeBytesMax`.
    package func whole(at start: UInt64) -> (line: SessionLine, json: String)? {
        guard start == 0 || bytes(from: start - 1, to: start)?.first == 10,
            let data = bytes(from: start, to: start + UInt64(Self.wholeBytesMax)),
            let newline = data.firstIndex(of: 10)
        else { return nil }
        let raw = Array(data[..<newline])
        guard let line = Self.line(raw, start: start, charactersMax: Self.wholeBytesMax),
            let value = try? JSONValue.parse(raw, bytesMax: Self.wholeBytesMax)
        else { return nil }
        return (line, Outgoing.clean(value).pretty)
    }

    static let lastLineBytesMax = 64 << 10

    /// The id of the event that was logged last; nil when there is none, or its line is longer than that.
    func newestEventID() -> String? {
        let size = self.size, count = min(size, UInt64(Self.lastLineBytesMax))
        guard count > 1, let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard (try? handle.seek(toOffset: size - count)) != nil,
            let data = try? handle.read(upToCount: Int(count)), data.last == 10
        else { return nil }
        let whole = data.dropLast()
        guard let start = whole.lastIndex(of: 10).map({ $0 + 1 }) ?? (count == size ? whole.startIndex : nil) else {
            return nil
        }
        return RawEvent(bytes: Array(whole[start...]))?.id
    }

    private var size: UInt64 {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.uint64Value ?? 0
    }

    /// What was added after `start`, at most one piece, and where it ends.
    package func read(after start: UInt64) -> (lines: [SessionLine], end: UInt64) {
        guard let data = bytes(from: start, to: .max) else { return ([], start) }
        var lines: [SessionLine] = []
        var rest = data[...]
        while let newline = rest.firstIndex(of: 10) {
            let place = start + UInt64(rest.startIndex - data.startIndex)
            if let line = Self.line(Array(rest[..<newline]), start: place) { lines.append(line) }
            rest = rest[(newline + 1)...]
        }
        // A line longer than a piece is passed over, or reading would stand still in front of it.
        let isStuck = rest.count == Self.pieceBytesMax
        return (lines, start + UInt64(isStuck ? data.count : rest.startIndex - data.startIndex))
    }

    /// At most one piece; nil when there is nothing.
    private func bytes(from start: UInt64, to last: UInt64) -> Data? {
        let count = Int(min(UInt64(Self.pieceBytesMax), last > start ? last - start : 0))
        guard count > 0, let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard (try? handle.seek(toOffset: start)) != nil else { return nil }
        return try? handle.read(upToCount: count)
    }

    private static func line(
        _ bytes: [UInt8], start: UInt64, charactersMax: Int = textCharactersMax
    ) -> SessionLine? {
        guard let raw = RawEvent(bytes: bytes), let event = try? raw.decoded(),
            let (kind, text, isKey) = words(event)
        else { return nil }
        let at = event.processedAt.flatMap {
            try? Date($0, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
        let (shown, isCut) = clean(text, charactersMax)
        return SessionLine(
            start: start, end: start + UInt64(bytes.count + 1), at: at.map { Int64($0.timeIntervalSince1970 * 1_000) },
            kind: kind, text: shown, isCut: isCut, isKey: isKey)
    }

    private static func words(_ event: SessionEvent) -> (SessionLine.Kind, String, Bool)? {
        switch event.content {
        case .agentMessage(let text): (.message, text, true)
        case .userMessage(let text): (.message, "To the agent: \(text)", true)
        case .toolUse(let call): (.tool, "\(call.name) \(String(decoding: call.inputJSON, as: UTF8.self))", true)
        case .toolResult(let result): answer(result.text, isError: result.isError)
        case .userCustomToolResult(_, let text, let isError): answer(text, isError: isError)
        case .userToolConfirmation(_, let allow, let why):
            (.status, allow ? "Allowed" : "Denied" + (why.map { ": \($0)" } ?? ""), true)
        case .error(let fault): (.trouble, "\(fault.type): \(fault.message)", true)
        case .statusRescheduled: (.trouble, "The service moved the session; it goes on by itself", true)
        case .statusTerminated: (.trouble, "The service ended the session", true)
        case .threadCreated(let name): (.thread, "Sub-agent \(name ?? "unnamed") started", true)
        case .threadMessage(let message):
            (
                .thread,
                "\(message.isSent ? "To" : "From") sub-agent \(message.otherAgentName ?? "unnamed"): \(message.text)",
                true
            )
        case .userInterrupt: (.status, "Interrupt delivered", true)
        case .modelRequestEnded(let request):
            (.status, "Model: \(request.inputTokens) tokens in, \(request.outputTokens) out", false)
        case .contextCompacted: (.status, "The session shortened what it remembers", false)
        default: (.status, event.type, false)
        }
    }

    private static func answer(_ text: String, isError: Bool) -> (SessionLine.Kind, String, Bool) {
        (isError ? .trouble : .result, (isError ? "The tool refused: " : "") + (text.isEmpty ? "Done" : text), true)
    }

    /// Without control characters and credentials. A credential at the cut is seen whole before it is cut.
    private static func clean(_ text: String, _ charactersMax: Int) -> (text: String, isCut: Bool) {
        let near = text.prefix(charactersMax + Self.credentialCharactersMax)
        let plain = String(near.unicodeScalars.filter { $0.value >= 32 || $0.value == 10 }.map(Character.init))
        let shown = Outgoing.clean(plain)
        let isCut = shown.count > charactersMax || near.endIndex < text.endIndex
        return (isCut ? shown.prefix(charactersMax) + "…" : shown, isCut)
    }

    /// A private key of 4,096 bits as text.
    private static let credentialCharactersMax = 4_000
}
