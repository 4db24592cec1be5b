import BureauDomain
import BureauEngine

/// What somebody writes for a run besides its client and task: notes for the agent, and input as JSON.
struct StartInput: Sendable {
    static let notes = "notes", payload = "payload"
    let notes: String
    let written: JSONObject?

    init(_ form: FormBody, client: String?) throws(FieldProblem) {
        notes = (form[Self.notes] ?? "")[...].trimmed
        guard notes.count <= GivenInput.notesCharactersMax else {
            throw FieldProblem(
                field: Self.notes, text: "Notes have at most \(GivenInput.notesCharactersMax) characters.")
        }
        written = try Self.read(form[Self.payload] ?? "", client: client)
    }

    static func read(_ text: String, client: String?) throws(FieldProblem) -> JSONObject? {
        do throws(GivenInput.Wrong) {
            let written = try GivenInput.read(text)
            if let written { try GivenInput.check(written, client: client) }
            return written
        } catch { throw FieldProblem(field: payload, text: error.description) }
    }

    func payload(of client: ClientRecord?) -> JSONObject? {
        GivenInput.payload(of: client?.payload(), written, notes: notes)
    }

    /// Folded away until somebody wants it.
    static func folded(_ summary: String, _ text: String, hint: String, _ problem: FieldProblem?) -> Form.Folded {
        Form.Folded(
            summary: summary,
            fields: [
                Field(
                    payload, "Payload", .long, value: text,
                    hint: "\(hint) At most \(GivenInput.payloadBytesMax >> 10) KiB.", problem: problem?.at(payload))
            ], isOpen: problem?.field == payload)
    }
}
