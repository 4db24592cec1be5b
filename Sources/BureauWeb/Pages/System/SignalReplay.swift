import BureauDomain
import BureauEngine

/// One delivery, and taking it in once more: the same behind the page and the API.
struct SignalReplay: Sendable {
    let house: WebHouse

    struct Outcome: Sendable {
        let signal: SignalRecord
        let verdict: String
        let reason: String
        /// The run it made just now.
        let runID: String?
    }

    /// One about a run of a client that may not be seen is not found.
    func find(_ web: WebRequest) async throws -> SignalRecord {
        let id = web.parameter("id").uppercased(), person = try web.signedIn().person
        guard let signal = try await house.signals.find(id).first(where: { $0.id == id }) else {
            throw PageProblem.notFound
        }
        guard let run = signal.runID else { return signal }
        guard person.maySee(client: try? await house.runs.find(run).clientSlug) else { throw PageProblem.notFound }
        return signal
    }

    /// One that nobody can vouch for is not taken in by hand either.
    func replayable(_ web: WebRequest) async throws -> SignalRecord {
        let signal = try await find(web)
        guard signal.verdict != "refused" else {
            throw PageProblem.unprocessable(
                "This delivery was refused: \(signal.reason).", fix: "Mend that, then have the tool send it again.")
        }
        guard SignalPages.isReplayable(signal) else {
            throw PageProblem.unprocessable(
                "A command from Slack is not taken in again.", fix: "Type it again in Slack.")
        }
        return signal
    }

    /// What made a run already makes no second one.
    func take(_ web: WebRequest, reason: String? = nil) async throws -> Outcome {
        let signal = try await replayable(web)
        guard let answer = try await house.replay(signal.id) else {
            throw PageProblem.unprocessable(
                "This delivery was not kept whole.", fix: "Move the task once more, or assign it again.")
        }
        house.wake()
        let words = Dictionary(answer.fields, uniquingKeysWith: { $1 })
        let run = words["run"] ?? signal.runID
        let about = try await house.runs.find(ids: [run].compactMap(\.self)).first?.value.clientSlug
        // The answer has a reason of its own.
        let why: [(String, String)] = reason.map { [("why", $0)] } ?? []
        try await house.audit.note(
            web.actor(), "webhook replayed", "signal \(signal.id)", client: about,
            after: .object(JSONObject((answer.fields + why).map { ($0.0, .string($0.1)) })))
        return Outcome(
            signal: signal, verdict: words["verdict"] ?? "refused", reason: words["reason"] ?? words["error"] ?? "",
            runID: words["run"])
    }
}
