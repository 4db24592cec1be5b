import BureauVendors

/// Repeats what is safe to repeat - a look, or a making under an id that was stored before - after faults that pass.
/// Without it each small read inside a step would use up the step's own one repetition.
struct Patience: Sendable {
    let doors: Doors
    static let backoff = Backoff(seconds: [1, 2, 4])
    var backoff = Self.backoff
    /// What is held back has waits of its own, as `StepRunner.limitedBackoff`; nil where it counts like any other fault.
    var limitedBackoff: Backoff?
    /// Longest wait for a vendor's Retry-After inside one call.
    static let waitMillisecondsMax: Int64 = 60_000

    func callAsFunction<Value>(_ body: () async throws -> Value) async throws -> Value {
        var (faults, limits) = (0, 0)
        while true {
            do { return try await body() } catch let error as VendorError {
                try Task.checkCancellation()
                let patience = error.isLimited ? limitedBackoff : nil
                let (waits, count) = patience.map { ($0, limits) } ?? (backoff, faults)
                guard error.isRetryable, let own = waits.milliseconds(tries: count, doors: doors) else { throw error }
                if patience == nil { faults += 1 } else { limits += 1 }
                var wait = own
                if case .limited(let asked?) = error.kind { wait = max(min(asked, Self.waitMillisecondsMax), own) }
                try await doors.sleep(.milliseconds(wait))
            }
        }
    }
}
