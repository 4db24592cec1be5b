import BureauDomain
import BureauStorage

/// A run at its own limit: what is said of it, and what people are asked.
struct RunLimit: Sendable {
    let parts: EngineParts
    let hand: RunInHand
    let spent: MicroUSD
    let limit: MicroUSD

    var cause: RunCause { RunCause(.overBudget, "It had cost \(spent) of at most \(limit).") }

    /// It waits, and people are asked for more.
    func ask(in db: any Connection) throws {
        let config = hand.agent.config
        let waiting = RunCause.ownLimitWait(spent, of: limit)
        let run = try parts.transitions.apply(.budgetMissing(waiting), to: hand.run.id, lease: hand.lease, in: db)
        // Once more what it was given at first, and never less than it has cost already.
        let raised = max(limit, spent) + (config.limits.sessionCostMax ?? parts.settings.defaultSessionCostMax)
        let effect =
            "\(config.displayName) for \(run.clientName ?? run.clientSlug ?? "no client") has cost \(spent) "
            + "of at most \(limit) and waits. Raise its limit to \(raised) and let the same session go on, or stop it."
        let expiresAt = parts.doors.now() + config.approvals.expiresAfter.milliseconds
        try BudgetQuestion(scope: "run", period: "", limit: limit, raiseTo: raised)
            .ask(effect, run, expiresAt: expiresAt, in: db, parts.doors)
    }
}

extension RunRecord {
    /// Whether its session is yet to be told something before this round goes on. At its cap it takes no message.
    func isYetToTell(in db: any Connection) throws -> Bool {
        switch state {
        case .revising: return true
        case .running, .waitingApproval: break
        case .queued, .needsInfo, .starting, .collecting, .delivering, .inReview, .stopping, .done, .doneWithProblems,
            .stopped, .failed, .ignored:
            return false
        }
        if try InterruptedTurn(id, round: round, in: db).isCutShort { return true }
        guard round > 1 else { return false }
        return try !StepStore(db: db).list(run: id, purpose: .session).contains {
            $0.kind == RevisionRequest.stepKind && $0.round == round && $0.state == .done
        }
    }
}
