import BureauDomain
import BureauEngine

/// The input of a run, changed for the run that repeats it.
struct RunEdit: Sendable {
    let house: WebHouse

    /// Nil where it cannot be shown whole: it is too long, or something in it is left out of what people are shown.
    func text(of run: RunRecord) -> String? {
        guard let payload = run.payload, let value = try? JSONValue.parse(Array(payload.utf8)), value.object != nil,
            Outgoing.clean(value) == value, value.pretty.utf8.count <= GivenInput.payloadBytesMax
        else { return nil }
        return value.pretty
    }

    /// What the new run is given in place of the old one's payload; nil where nobody changed it.
    func payload(_ written: String, for run: RunRecord, _ agent: LoadedAgent) async throws -> String? {
        // What nobody touched is under none of the rules for what people write: the run had it from somewhere else.
        if let shown = text(of: run), Self.canonical(written) == Self.canonical(shown) { return nil }
        guard let object = try StartInput.read(written, client: run.clientSlug) else { return nil }
        return try await payload(object, for: run, agent)
    }

    /// As it is read from a form; nil where it is no object.
    private static func canonical(_ text: String) -> String? {
        PayloadFile.read(Array(text.utf8), fileName: StartInput.payload).object.map { JSONValue.object($0).canonical }
    }

    /// The same for programs, which send the object itself.
    func payload(_ written: JSONObject, for run: RunRecord, _ agent: LoadedAgent) async throws -> String {
        do { return try await house.runs.input(written, insteadOf: run, agent) } catch let wrong as GivenInput.Wrong {
            throw FieldProblem(field: StartInput.payload, text: wrong.description)
        }
    }
}
