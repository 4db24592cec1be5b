import BureauDomain
import BureauStorage
import BureauVendors
import Logging

/// Takes one claimed run as far as it goes: stage after stage, under a lease renewed by the clock and never by the
/// vendor's progress, so that a tool that is silent for an hour loses nothing.
struct RunDriver: Sendable {
    let parts: EngineParts

    /// `limit` is of the claim; it begins now when nil.
    func drive(_ claimed: RunRecord, _ lease: Lease, _ limit: SendLimit? = nil) async {
        let (stopWatch, renewals, claimedAt) = (StopWatch(), LeaseRenewals(), parts.doors.now())
        let limit = limit ?? lease.sendLimit(since: parts.doors.steady(), parts.doors)
        let rest: Rest = await withTaskGroup(of: Rest?.self) { group in
            group.addTask {
                await Lease.$sendLimit.withValue(limit) {
                    await LeaseRenewals.$current.withValue(renewals) { await stages(claimed.id, lease, stopWatch) }
                }
            }
            group.addTask {
                await renew(lease, limit, stopWatch, renewals)
                return .leaseLost
            }
            defer { group.cancelAll() }
            return await group.next().flatMap { $0 } ?? .leaseLost
        }
        await giveBack(lease, rest, claimedAt: claimedAt)
    }

    private enum Rest: Sendable {
        case until(Int64)
        case fault(until: Int64, PassingFault)
        case settled
        case leaseLost
    }

    private func stages(_ id: String, _ lease: Lease, _ stopWatch: StopWatch) async -> Rest {
        var surprises = 0
        while !Task.isCancelled {
            do {
                // Also before the first stage: a stop may have been accepted in the very commit of the claim.
                guard let run = try await parts.database.lookUp({ try RunStore(db: $0).find(id) }),
                    run.leaseEpoch == lease.epoch
                else { return .leaseLost }
                guard run.state.isWorkable else { return .settled }
                guard let agent = try await agent(of: run),
                    let stage = stage(for: run.state, agent, try await parts.using(run: run, agent: agent))
                else {
                    try await parts.move(
                        id,
                        .broke(
                            RunCause(.configGone, "The agent's configuration of that time cannot be read any more.")),
                        lease)
                    return .settled
                }
                if let missing = MissingHere.find(run, agent, try await parts.using(run: run, agent: agent)) {
                    return try await rest(run, missing)
                }
                if run.fault != nil, try await isSettingFound(lease) { continue }
                let hand = RunInHand(run: run, lease: lease, agent: agent)
                let outcome = try await CallLabel.$current.withValue(run.clientSlug ?? run.agent) {
                    try await stopWatch.run(in: run.state, { try await stage.run(hand) })
                }
                switch outcome {
                case .moved, nil: surprises = 0
                case .rest(let until): return .until(until)
                case .retry(let wait, let fault): return .fault(until: parts.doors.now() + wait, fault)
                }
            } catch let error where Self.isSurprise(error) && surprises < Self.surprisesMax {
                // Someone else moved the run meanwhile: look at it again and go on from there.
                surprises += 1
            } catch let unknown as UnknownCredentials {
                let cause = RunCause(.configGone, unknown.description)
                do { try await parts.move(id, .broke(cause), lease) } catch { return await judge(error, id, lease) }
                return .settled
            } catch {
                return await judge(error, id, lease)
            }
        }
        return .until(parts.doors.now())
    }

    /// The version it started with. To interrupt a session the one of today does as well.
    private func agent(of run: RunRecord) async throws -> LoadedAgent? {
        if let version = try await parts.catalog.version(run.configHash) { return version }
        return run.state == .stopping ? parts.catalog.agent(run.agent) : nil
    }

    /// Waits as long as it takes: whoever starts the server again with what is missing sees it go on.
    private func rest(_ run: RunRecord, _ missing: MissingHere) async throws -> Rest {
        if run.tries >= Self.triesBeforeAlarm {
            try await SystemAlarm(parts: parts).raise(
                MissingHere.alertCause, subject: missing.what,
                "Runs wait because \(missing.what) is not set where Bureau runs. Set it and start Bureau again.")
        }
        let wait = Backoff.stage.milliseconds(repeating: run.tries, doors: parts.doors)
        return .fault(until: parts.doors.now() + wait, PassingFault(missing))
    }

    private func isSettingFound(_ lease: Lease) async throws -> Bool {
        let now = parts.doors.now()
        return try await parts.database.write { try RunStore(db: $0).settingFound(lease, now: now) }
    }

    private static let triesBeforeAlarm = 3

    /// More in a row are not somebody else's moves but a stage that asks for what the machine never allows.
    private static let surprisesMax = 5

    private static func isSurprise(_ error: any Error) -> Bool { error is RunMoved || error is RunMachine.Rejected }

    private func judge(_ error: any Error, _ id: String, _ lease: Lease) async -> Rest {
        if error is CancellationError { return .until(parts.doors.now()) }
        parts.logger.error("a stage failed", metadata: ["run": "\(id)", "why": "\(error)"])
        let tries = (try? await parts.database.lookUp { try RunStore(db: $0).find(id)?.tries }) ?? 0
        if let wait = Backoff.stage(for: FaultClass(error)).milliseconds(tries: tries, doors: parts.doors) {
            return .fault(until: parts.doors.now() + wait, PassingFault(error))
        }
        let cause = RunCause(
            .internalError, "Something went wrong inside Bureau, again and again: \(String("\(error)".prefix(300)))")
        _ = try? await parts.move(id, .broke(cause), lease)
        return .settled
    }

    /// `parts` are those of the run's own account at each vendor.
    private func stage(for state: RunState, _ agent: LoadedAgent, _ parts: EngineParts) -> (any Stage)? {
        let executor = agent.config.executor.stages(parts)
        return switch state {
        case .queued: AssessStage(parts: parts)
        case .starting: executor.opening
        case .running: executor.following
        case .revising: executor.revising
        case .waitingApproval: executor.waiting
        case .stopping: executor.stopping
        case .collecting: executor.collecting
        case .delivering: DeliverStage(parts: parts)
        case .needsInfo, .inReview, .done, .doneWithProblems, .stopped, .failed, .ignored: nil
        }
    }

    /// Returns when the lease is lost. A stop that someone else has asked for ends the stage that is running.
    private func renew(_ lease: Lease, _ limit: SendLimit, _ stopWatch: StopWatch, _ renewals: LeaseRenewals) async {
        let doors = parts.doors
        var misses: Int64 = 0
        while !Task.isCancelled {
            guard (try? await parts.doors.sleep(.milliseconds(lease.renewEveryMilliseconds))) != nil else { return }
            let began = doors.steady()
            do {
                // Both times are of the moment it is written, not of when its turn to be written was waited for.
                let renewal = try await parts.database.write { db -> (at: Int64, state: RunState?) in
                    let at = doors.steady()
                    return (at, try RunStore(db: db).renew(lease, now: doors.now(), steady: at))
                }
                guard let state = renewal.state else {
                    parts.logger.warning("the lease was lost", metadata: ["run": "\(lease.runID)"])
                    return
                }
                misses = 0
                renewals.written()
                limit.extend(toMilliseconds: renewal.at + lease.sendMilliseconds)
                stopWatch.see(state)
            } catch {
                if error as? StorageError == .busy { renewals.refused(since: began) }
                misses += 1
                // A lease that could not be renewed for its whole life is somebody else's by now.
                if misses * lease.renewEveryMilliseconds >= lease.lifeMilliseconds { return }
            }
        }
    }

    private func giveBack(_ lease: Lease, _ rest: Rest, claimedAt: Int64) async {
        let now = parts.doors.now()
        // Cancellation must not keep the lease from going back.
        await Task { [parts] in
            if let why = await notGivenBack(lease, rest, claimedAt: claimedAt, now: now) {
                parts.logger.error(
                    "a run could not be given back; it goes on when its lease has run out",
                    metadata: ["run": "\(lease.runID)", "lease_ms": "\(lease.lifeMilliseconds)", "why": "\(why)"])
            }
            if case .fault(let due, let fault) = rest {
                parts.logger.warning(
                    "run waits",
                    metadata: ["run": "\(lease.runID)", "why": "\(fault.sentence)", "again_in_ms": "\(due - now)"])
            }
        }.value
    }

    /// Nil once the lease is back. A database that takes nothing is asked again for as long as the lease lives: after
    /// that the watchdog takes it, and counts a loss.
    private func notGivenBack(_ lease: Lease, _ rest: Rest, claimedAt: Int64, now: Int64) async -> (any Error)? {
        var tries = 0
        while true {
            do {
                try await parts.database.write { db in
                    let store = RunStore(db: db)
                    switch rest {
                    case .until(let due): try store.release(lease, dueAt: due, wokenSince: claimedAt)
                    case .fault(let due, let fault): try store.postpone(lease, until: due, fault)
                    case .settled, .leaseLost: try store.release(lease)
                    }
                }
                return nil
            } catch {
                parts.logger.warning(
                    "a run is not given back yet", metadata: ["run": "\(lease.runID)", "why": "\(error)"])
                guard parts.doors.now() - now < lease.lifeMilliseconds,
                    let wait = Backoff.giveBack.milliseconds(tries: tries, doors: parts.doors),
                    (try? await parts.doors.sleep(.milliseconds(wait))) != nil
                else { return error }
                tries += 1
            }
        }
    }
}
