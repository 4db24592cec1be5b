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
        return try await checked(object, for: run, agent)
    }

    /// As it is read from a form; nil where it is no object.
    private static func canonical(_ text: String) -> String? {
        PayloadFile.read(Array(text.utf8), fileName: StartInput.payload).object.map { JSONValue.object($0).canonical }
    }

    /// The same for programs, which send the object itself.
    func payload(_ written: JSONObject, for run: RunRecord, _ agent: LoadedAgent) async throws -> String {
        do throws(GivenInput.Wrong) { try GivenInput.check(written, client: run.clientSlug) } catch {
            throw FieldProblem(field: StartInput.payload, text: error.description)
        }
        guard JSONValue.object(written).canonical.utf8.count <= GivenInput.payloadBytesMax else {
            throw FieldProblem(
                field: StartInput.payload, text: "This is more than \(GivenInput.payloadBytesMax >> 10) KiB.")
        }
        return try await checked(written, for: run, agent)
    }

    /// A task may bring what is missing; without one the run could not begin.
    private func checked(_ object: JSONObject, for run: RunRecord, _ agent: LoadedAgent) async throws -> String {
        var client: ClientRecord?
        if let slug = run.clientSlug { client = try await house.clients.find(slug) }
        let missing = StartOutlook.missing(client, agent, given: object)
        guard run.taskID != nil || missing.isEmpty else {
            throw FieldProblem(
                field: StartInput.payload,
                text: "This is not enough for this agent: it needs \(missing.joined(separator: ", ")).")
        }
        return JSONValue.object(object).canonical
    }
}
