import BureauDomain
import Foundation

/// The values that templates of one run are filled with: kickoff, folders, file names.
struct RunValues: Sendable {
    let all: [String: String]

    init(_ run: RunRecord, now: Int64) {
        let payload = run.payload.flatMap { try? JSONValue.parse(Array($0.utf8)).object } ?? JSONObject()
        // The start of the run, so that a resumed run makes the same names.
        let instant = Date(timeIntervalSince1970: Double(run.startedAt ?? now) / 1_000)
        var values = KickoffValues.make(payload: payload, agentName: run.agent, runID: run.id, at: instant)
        if values["client_id"] == nil { values["client_id"] = run.clientSlug ?? "no-client" }
        if values["client_name"] == nil { values["client_name"] = run.clientName ?? run.clientSlug ?? "No client" }
        all = values
    }
}
