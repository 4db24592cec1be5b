import BureauVendors

/// Repeats what is safe to repeat - a look, or a making under an id that was stored before - after faults that pass.
/// Without it each small read inside a step would use up the step's own one repetition.
struct Patience: Sendable {
    let doors: Doors
    var backoff = Backoff(seconds: [1, 2, 4])
    /// Longest wait for a vendor's Retry-After inside one call.
    static let waitMillisecondsMax: Int64 = 60_000

    func callAsFunction<Value>(_ body: () async throws -> Value) async throws -> Value {
        var tries = 0
        while true {
            do { return try await body() } catch let error as VendorError {
                try Task.checkCancellation()
                guard error.isRetryable, let own = backoff.milliseconds(tries: tries, doors: doors) else { throw error }
                tries += 1
                var wait = own
                if case .limited(let asked?) = error.kind { wait = min(max(asked, own), Self.waitMillisecondsMax) }
                try await doors.sleep(.milliseconds(wait))
            }
        }
    }
}
