import BureauDomain
import Logging

/// How long a session may go on while its events cannot be written down: a disk that is full for a moment costs
/// nothing, one that stays full must not let money be spent of which there is no record.
struct RecordingPatience: Sendable {
    static let unrecordedSecondsMax: Int64 = 30
    static let againAfterSeconds: Int64 = 2

    let doors: Doors
    private var since: Int64?

    init(doors: Doors) { self.doors = doors }

    /// Something was written down: what is refused from now on is a new trouble.
    mutating func renew() { since = nil }

    /// Waits for the next try; false when there is to be none.
    mutating func waits() async throws -> Bool {
        let now = doors.now(), first = since ?? now
        since = first
        guard now - first < Self.unrecordedSecondsMax * 1_000 else { return false }
        try await doors.sleep(.seconds(Self.againAfterSeconds))
        return true
    }

    static func cause(_ error: SessionLogError) -> RunCause {
        RunCause(
            .notRecorded,
            "Its session was interrupted: for \(unrecordedSecondsMax) s its events could not be written down (\(error))."
        )
    }
}
