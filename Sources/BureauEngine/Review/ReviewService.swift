import BureauDomain
import BureauStorage
import BureauVendors
import Logging
import ServiceLifecycle

/// Looks at the tasks of waiting runs: when a webhook says that somebody wrote, and by the clock in any case.
package struct ReviewService: Service {
    let watcher: TaskWatcher
    let signal: WakeSignal
    static let pollMilliseconds = 2_000

    package init(watcher: TaskWatcher, signal: WakeSignal) {
        self.watcher = watcher
        self.signal = signal
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await lookAtDue() == 0 { await signal.wait(milliseconds: Self.pollMilliseconds) }
                } catch is CancellationError { return } catch {
                    watcher.parts.logger.error("reviews could not be looked at", metadata: ["why": "\(error)"])
                    try await watcher.parts.doors.sleep(.milliseconds(Self.pollMilliseconds))
                }
            }
        }
    }

    /// Nobody is looked at while the intake drains: what people write leads to new rounds.
    private func lookAtDue() async throws -> Int {
        let parts = watcher.parts
        guard try await parts.database.read({ try IntakeStore(db: $0).record().mode.takesUpRests }) else { return 0 }
        return try await watcher.lookAtDue()
    }
}
