package import BureauVendors
import Logging
import ServiceLifecycle

/// Every two minutes (`SWEEP_SECONDS`): are the webhooks well, and has any list work that nobody told us of?
package struct SweepService: Service {
    let parts: EngineParts
    let sweep: Sweep
    let notice: @Sendable () -> Void
    let key: @Sendable () throws -> Secret
    let wake: @Sendable () -> Void
    let listings = AsanaListings()

    /// `key` is what webhooks' secrets are sealed under.
    package init(
        parts: EngineParts, wake: @escaping @Sendable () -> Void, notice: @escaping @Sendable () -> Void,
        key: @escaping @Sendable () throws -> Secret
    ) {
        self.parts = parts
        self.key = key
        self.wake = wake
        sweep = Sweep(parts: parts, wake: wake)
        self.notice = notice
    }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await round()
                try await parts.doors.sleep(.seconds(parts.settings.sweepSeconds))
            }
        }
    }

    /// The webhooks first: one that has just been armed again is followed by a look at everything. They are looked
    /// after while the intake is paused too, so that signals go on coming; the lists wait.
    package func round() async {
        let starts = (try? await parts.startsRuns()) ?? true
        // Side by side: a tool or an account that lets us wait keeps nobody else from their look.
        await withTaskGroup { group in
            group.addTask { await clickUp(starts) }
            for account in parts.accounts
            where account.connections.asana != nil && !AsanaWatches(account).watches.isEmpty {
                group.addTask { await asana(account, starts) }
            }
        }
    }

    private func asana(_ account: EngineParts, _ sweeps: Bool) async {
        await CallLabel.$current.withValue(Sweep.label) {
            await guarded("Asana's webhooks") {
                try await AsanaHookCare(parts: account, key: key, notice: notice).check()
            }
            guard sweeps else { return }
            await guarded("Asana's events") {
                try await AsanaStream(parts: account, wake: wake, listings: listings).sweepAll()
            }
        }
    }

    private func clickUp(_ sweeps: Bool) async {
        let accounts = parts.accounts.filter { $0.connections.clickUp != nil }
        guard !accounts.isEmpty else { return }
        await CallLabel.$current.withValue(Sweep.label) {
            await withTaskGroup { group in
                for account in accounts {
                    group.addTask {
                        await guarded("webhooks") { try await WebhookCare(parts: account, notice: notice).check() }
                    }
                }
            }
            if sweeps { await guarded("lists") { try await sweep.sweepAll() } }
        }
    }

    private func guarded(_ what: String, _ work: () async throws -> Void) async {
        do { try await work() } catch {
            guard !(error is CancellationError) else { return }
            parts.logger.error("the sweep met trouble", metadata: ["with": "\(what)", "why": "\(error)"])
        }
    }
}
