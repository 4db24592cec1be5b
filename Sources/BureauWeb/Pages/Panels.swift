import BureauDomain
import BureauEngine
import Hummingbird
import Logging

/// What one part of a page is made of. Where it could not be read, `value` is what was given for that case, and `lost`
/// stands in the part's place.
struct Part<Value> {
    var value: Value
    var lost: Block?
}

extension WebHouse {
    /// Reads what one part of a page needs, or says in its place that it could not: the rest of the page is shown.
    /// `what` begins that sentence. A page's own refusals go through, and so does the end of a request.
    func part<Value>(
        _ what: String, or none: Value, id: String? = nil, _ read: () async throws -> Value
    ) async throws -> Part<Value> {
        do { return Part(value: try await read(), lost: nil) } catch {
            guard !Self.isForAll(error) else { throw error }
            return Part(value: none, lost: lost(what, id, error))
        }
    }

    /// Some blocks of a page, or one that says that they could not be made.
    func panel(_ what: String, id: String? = nil, _ make: () async throws -> [Block]) async throws -> [Block] {
        let part = try await part(what, or: [Block](), id: id, make)
        return part.lost.map { [$0] } ?? part.value
    }

    private static func isForAll(_ error: any Error) -> Bool {
        error is PageProblem || error is APIProblem || error is HTTPError || error is CancellationError
            || Task.isCancelled
    }

    private func lost(_ what: String, _ id: String?, _ error: any Error) -> Block {
        let reference = doors.makeID(), why = Outgoing.clean("\(error)")
        logger.error(
            "a part of a page failed", metadata: ["reference": "\(reference)", "part": "\(what)", "why": "\(why)"])
        return Block(
            id: id,
            callout: Callout(
                tone: "bad", title: "\(what) cannot be shown.",
                text: "The server could not read it, and looks again when the page is loaded. Reference \(reference).",
                fix: "If it stays so, give the reference to whoever runs the server: it is in the log.",
                link: Link(word: "Load the page again", address: "")))
    }
}
