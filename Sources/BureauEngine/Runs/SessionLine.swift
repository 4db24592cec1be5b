import BureauDomain
import BureauVendors
import Foundation

/// One line of a session's log as people read it.
package struct SessionLine: Sendable, Hashable {
    package enum Kind: String, Sendable { case message, tool, result, trouble, status, thread }
    /// In words, or as the service wrote it.
    package enum Form: Sendable { case words, json }

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
    /// Which tool is called; nil where none is.
    package let tool: String?
    /// The call that it is, or that it answers, by its event's id; nil where none is named.
    package let call: String?
    package static let textCharactersMax = 2_000
    /// Ids have some thirty: what is longer is none, and is not kept.
    private static let callBytesMax = 200

    /// Nil for what is no event.
    init?(_ bytes: [UInt8], start: UInt64, as form: Form = .words, charactersMax: Int = textCharactersMax) {
        guard let raw = RawEvent(bytes: bytes), let event = try? raw.decoded() else { return nil }
        let words = Self.words(event)
        let instant = event.processedAt.flatMap {
            try? Date($0, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
        at = instant.map { Int64($0.timeIntervalSince1970 * 1_000) }
        (self.start, end) = (start, start + UInt64(bytes.count + 1))
        (kind, isKey) = (words.kind, words.isKey)
        (text, isCut) =
            form == .words ? Self.clean(words.text, charactersMax) : Self.json(bytes, charactersMax)
        tool = if case .toolUse(let call) = event.content { Outgoing.clean(call.name) } else { nil }
        call = Self.call(event).flatMap { $0.isEmpty || $0.utf8.count > Self.callBytesMax ? nil : $0 }
    }

    private static func call(_ event: SessionEvent) -> String? {
        switch event.content {
        case .toolUse: event.id
        case .toolResult(let result): result.toolUseID
        case .userCustomToolResult(let call, _, _): call
        default: nil
        }
    }

    private static func json(_ bytes: [UInt8], _ charactersMax: Int) -> (text: String, isCut: Bool) {
        let line = String(decoding: SessionLogExport.clean(bytes), as: UTF8.self)
        let isCut = line.count > charactersMax
        return (isCut ? line.prefix(charactersMax) + "…" : line, isCut)
    }

    /// What the session is told by whoever runs it.
    static let requestType = "user.message"
    static let requestWords = "To the agent: "

    private static func words(_ event: SessionEvent) -> (kind: Kind, text: String, isKey: Bool) {
        switch event.content {
        case .agentMessage(let text): (.message, text, true)
        case .userMessage(let text): (.message, requestWords + text, true)
        case .toolUse(let call): (.tool, "\(call.name) \(String(decoding: call.inputJSON, as: UTF8.self))", true)
        case .toolResult(let result): answer(result.text, isError: result.isError)
        case .userCustomToolResult(_, let text, let isError): answer(text, isError: isError)
        case .userToolConfirmation(_, let allow, let why):
            (.status, allow ? "Allowed" : denial(why), true)
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

    private static func answer(_ text: String, isError: Bool) -> (
        kind: Kind, text: String, isKey: Bool
    ) {
        if isError, ChangedCallMessage.isOne(text) { return (.result, text, true) }
        return (isError ? .trouble : .result, (isError ? refused : "") + (text.isEmpty ? "Done" : text), true)
    }

    /// The session knows a no alone: one that asks for the call as it was changed is none to people.
    private static func denial(_ why: String?) -> String {
        guard let why else { return "Denied" }
        return ChangedCallMessage.isOne(why) ? "Approved with changes: \(why)" : "Denied: \(why)"
    }

    private static let refused = "The tool refused: "
    /// A call, or what became of one.
    package var isOfTool: Bool {
        kind == .tool || kind == .result || (kind == .trouble && text.hasPrefix(Self.refused))
    }

    /// Without control characters and credentials. A credential at the cut is seen whole before it is cut.
    private static func clean(_ text: String, _ charactersMax: Int) -> (text: String, isCut: Bool) {
        let near = text.prefix(charactersMax + Self.credentialCharactersMax)
        let shown = Outgoing.clean(withoutControls(near))
        // Counting characters takes long, and there are no more of them than bytes.
        let isLong = shown.utf8.count > charactersMax && shown.count > charactersMax
        let isCut = isLong || near.endIndex < text.endIndex
        return (isCut ? shown.prefix(charactersMax) + "…" : shown, isCut)
    }

    /// Most texts hold none, and a look at their bytes is cheaper than taking them apart.
    private static func withoutControls(_ text: Substring) -> String {
        func isControl(_ value: UInt32) -> Bool { value < 32 && value != 10 }
        guard text.utf8.contains(where: { isControl(UInt32($0)) }) else { return String(text) }
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !isControl(scalar.value) { kept.append(scalar) }
        return String(kept)
    }

    /// A private key of 4,096 bits as text.
    private static let credentialCharactersMax = 4_000
}
