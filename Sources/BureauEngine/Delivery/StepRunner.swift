import BureauDomain
import BureauStorage
import BureauVendors

/// Makes one write exactly once: intent, write, receipt; after any doubt, look for the mark before writing again.
///
/// A timeout, a 5xx that may have done the work and a crash are the same case: an intent without a receipt.
struct StepRunner: Sendable {
    enum Outcome: Sendable, Hashable {
        case done(receipt: String)
        case failed(String)
        case doubtful(String)
    }

    let database: any Database
    let doors: Doors
    /// Whose run the step belongs to: without it nothing is written here, and nothing is sent. Nil for a step that is
    /// claimed by itself and not with its run.
    let lease: Lease?
    /// What holds such a step in place of a lease. Throws, and nothing is written or sent, when it holds no more.
    var claim: @Sendable (any Connection) throws -> Void = { _ in }
    /// How long after the claim was seen to hold something may be sent under it.
    var claimSendMilliseconds = Lease.lifeMilliseconds
    /// One try more than it has waiting times: by default the PRD's "retry once".
    var backoff = Backoff(seconds: [1])
    /// What was held back, here or by the vendor, was surely not carried out: with this it takes no try away, and has
    /// waits of its own. Nil where whoever runs the step comes again by itself.
    var limitedBackoff: Backoff?
    /// Which channels those waits are used up for: each has them once, whatever the number of its steps.
    let usedPatience = UsedPatience()
    /// Longest wait for a vendor's Retry-After inside one call.
    var waitSecondsMax: Int64 = 60

    /// `begun`: until when a step may be sent that its planner has marked as intended; it is given as it was before.
    func run(_ step: StepRecord, _ write: any OutboundWrite, under begun: SendLimit? = nil) async throws -> Outcome {
        // A step that failed or was in doubt may have been written all the same: whoever tries it again looks first.
        try await tries(step, write, under: begun, mustLook: step.state != .pending && step.intendedAt != nil)
    }

    private func tries(
        _ step: StepRecord, _ write: any OutboundWrite, under begun: SendLimit? = nil, mustLook: Bool
    ) async throws -> Outcome {
        var mustLook = mustLook
        var lastFailure = "not tried"
        var (begun, limit) = (begun, SendLimit?.none)
        var (faults, limits) = (0, 0)
        for _ in 0...(backoff.seconds.count + (limitedBackoff?.seconds.count ?? 0)) {
            do {
                if mustLook {
                    switch try await look(write, sentBefore: limit == nil ? step.lastSentAt ?? step.intendedAt : nil) {
                    case .found(let receipt): return try await settle(step, receipt, write.sent)
                    case .unknown(let why): return try await settle(step, .doubtful, why)
                    case .absent: break
                    }
                }
                if let first = begun.take() { limit = first } else { limit = try await intend(step) }
                let receipt = try await SendLimit.$current.withValue(limit) { try await write.write() }
                return try await settle(step, receipt, write.sent)
            } catch let error as VendorError {
                // Cut off in the middle: the intent stays open and the next owner looks first.
                try Task.checkCancellation()
                // Held back, because it may be somebody else's by now: whoever has it looks first.
                if error.kind == .unreachable, limit?.isPast == true { throw RunMoved(runID: step.runID ?? step.id) }
                lastFailure = error.sentence
                mustLook = mustLook || error.mayHaveHappened
                guard error.isRetryable else { break }
                let isHeldBack = error.isLimited && !usedPatience.isUsed(for: step.channel)
                let patience = isHeldBack ? limitedBackoff : nil
                let (waits, count) = patience.map { ($0, limits) } ?? (backoff, faults)
                let isLast = count >= waits.seconds.count
                if !isLast || mustLook {
                    try await pause(after: error, waits, tries: count, isPatient: patience != nil)
                }
                if isLast {
                    if patience != nil { usedPatience.use(for: step.channel) }
                    break
                }
                if patience == nil { faults += 1 } else { limits += 1 }
            } catch let problem as StepProblem {
                return try await settle(step, .failed, problem.description)
            } catch let doubt as StepDoubt {
                return try await settle(step, .doubtful, doubt.why)
            }
        }
        return try await lookOnceMore(step, write, lastFailure, mustLook: mustLook, isSent: limit != nil)
    }

    /// From now on it may have been written. Returns until when it may be sent: as long as the run's lease is renewed.
    private func intend(_ step: StepRecord) async throws -> SendLimit {
        let doors = doors
        let since = try await fenced { db in
            let since = doors.steady()
            // Done by somebody else: it is theirs to tell, and nothing is sent twice.
            guard try StepStore(db: db).markIntended(step.id, now: doors.now()) else {
                throw RunMoved(runID: step.runID ?? step.id)
            }
            return since
        }
        if lease != nil, let limit = Lease.sendLimit { return limit }
        return SendLimit(
            steady: doors.steady, untilMilliseconds: since + (lease?.sendMilliseconds ?? claimSendMilliseconds))
    }

    /// What a process that died has sent last may arrive after the first look.
    private func look(_ write: any OutboundWrite, sentBefore sent: Int64?) async throws -> Probe {
        let first = try await write.probe()
        guard case .absent = first, let sent else { return first }
        let rest = min(sent + write.flightMillisecondsMax - doors.now(), write.flightMillisecondsMax)
        guard rest > 0 else { return first }
        try await doors.sleep(.milliseconds(rest))
        return try await write.probe()
    }

    /// The tries are used up. If the write may have happened the mark decides; otherwise the step failed. Where no look
    /// was answered until now nothing was sent: what is surely absent has all its tries before it.
    private func lookOnceMore(
        _ step: StepRecord, _ write: any OutboundWrite, _ failure: String, mustLook: Bool, isSent: Bool
    ) async throws -> Outcome {
        guard mustLook else { return try await settle(step, .failed, failure) }
        do {
            switch try await look(write, sentBefore: isSent ? nil : step.lastSentAt ?? step.intendedAt) {
            case .found(let receipt): return try await settle(step, receipt, write.sent)
            case .absent where isSent: return try await settle(step, .failed, failure)
            case .absent: break
            case .unknown(let why): return try await settle(step, .doubtful, why)
            }
        } catch let error as VendorError {
            try Task.checkCancellation()
            // The vendor does not even answer the look: nobody can tell, and nobody may say that it failed.
            let how = error.sentence == failure ? ", in the same way." : ": \(error.sentence)"
            return try await settle(step, .doubtful, "\(failure) Looking for it failed too\(how)")
        } catch let problem as StepProblem {
            return try await settle(step, .failed, problem.description)
        }
        return try await tries(step, write, mustLook: false)
    }

    private func pause(after error: VendorError, _ waits: Backoff, tries: Int, isPatient: Bool) async throws {
        let own = waits.milliseconds(tries: tries, doors: doors) ?? 0
        var wait = own
        if case .limited(let asked?) = error.kind {
            // Many that were held back together must not come together again and again.
            wait = max(min(asked, waitSecondsMax * 1_000), isPatient ? own : 0)
        }
        if wait > 0 { try await doors.sleep(.milliseconds(wait)) }
    }

    private func fenced<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        let (lease, claim) = (lease, claim)
        return try await database.write { db in
            if let lease { try RunStore(db: db).check(lease) } else { try claim(db) }
            return try body(db)
        }
    }

    private func settle(_ step: StepRecord, _ receipt: String, _ sent: SentContent?) async throws -> Outcome {
        let (id, now) = (step.id, doors.now())
        try await fenced { try StepStore(db: $0).markDone(id, receipt: receipt, sent: sent, now: now) }
        return .done(receipt: receipt)
    }

    private func settle(_ step: StepRecord, _ state: StepRecord.State, _ why: String) async throws -> Outcome {
        let (id, now) = (step.id, doors.now())
        _ = try await fenced { try StepStore(db: $0).markFailed(id, state: state, error: why, now: now) }
        return state == .doubtful ? .doubtful(why) : .failed(why)
    }
}
