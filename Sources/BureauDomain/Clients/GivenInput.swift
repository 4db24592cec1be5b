/// What a run is given by hand: the client's record, over it what somebody wrote as JSON, and a note for the agent.
package enum GivenInput {
    /// The member of the payload that holds the note.
    package static let notesField = "run_notes"
    package static let notesCharactersMax = 4_000, payloadBytesMax = 16 << 10, slugCharactersMax = 64

    /// A sentence for whoever wrote it.
    package struct Wrong: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
        package init(description: String) { self.description = description }
    }

    /// Nil where nothing is written. Comments are allowed; keys that start with `_` are left out. Browsers end lines
    /// with two characters, which count as one.
    package static func read(_ text: String) throws(Wrong) -> JSONObject? {
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        guard text.replacing("\r\n", with: "\n").utf8.count <= payloadBytesMax else {
            throw Wrong(description: "This is more than \(payloadBytesMax >> 10) KiB.")
        }
        let (object, problems) = PayloadFile.read(Array(text.utf8), fileName: "payload")
        guard let object else {
            let place = problems.first.map { "Line \($0.line), column \($0.column): \($0.message)." }
            throw Wrong(description: place ?? "This is no JSON object.")
        }
        return object
    }

    /// No input speaks of another client than its run's; `client` is nil where the run has none.
    package static func check(_ written: JSONObject, client: String?) throws(Wrong) {
        guard let named = written["client_id"] else { return }
        let isSlug =
            named.string.map {
                (1...slugCharactersMax).contains($0.count)
                    && $0.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
            } ?? false
        guard isSlug else { throw Wrong(description: "client_id is a client's short name.") }
        guard client == nil || named.string == client else {
            throw Wrong(
                description: "client_id is another client's than the run's. Leave it out, or write \(client ?? "").")
        }
    }

    /// Nil where there is nothing to give.
    package static func payload(of client: JSONObject?, _ written: JSONObject?, notes: String?) -> JSONObject? {
        var payload = client ?? JSONObject()
        for member in written?.members ?? [] { payload[member.key] = member.value }
        if let notes, !notes.isEmpty { payload[notesField] = .string(notes) }
        return payload.isEmpty ? nil : payload
    }
}
