import BureauStorage
import Foundation
import RunModel

/// What a run says of its own past must be something the machine could have done, however often its server died.
package struct ImpossibleHistory: Error, CustomStringConvertible {
    package let description: String
}

extension Installation {
    /// Replays the history of every run against the model. Asked at the end of every installation.
    package func checkHistories() async throws {
        let path = data.appending(path: "bureau.db").path
        guard FileManager.default.fileExists(atPath: path) else { return }
        let rows = try await Self.database(at: path) {
            try await $0.query("SELECT run_id, kind FROM run_event ORDER BY run_id, seq")
        }
        var states: [String: [String]] = [:]
        for row in rows {
            states[try row.text("run_id"), default: []].append(try row.text("kind"))
        }
        let complaints = states.sorted { $0.key < $1.key }.flatMap {
            RunModel.whole.complaints(about: .init(run: $0.key, states: $0.value))
        }
        guard complaints.isEmpty else {
            throw ImpossibleHistory(description: complaints.joined(separator: "\n"))
        }
    }
}
