import BureauDomain
import BureauStorage

/// Deliveries of earlier rounds that are in doubt when a new round begins, or were never begun: it takes their place, so
/// that nobody's word about them could do anything any more.
struct EarlierDoubts {
    let db: any Connection
    let doors: Doors

    /// `run` is in its new round already.
    func settle(_ run: RunRecord) throws {
        let steps = StepStore(db: db), now = doors.now()
        let earlier = try steps.list(run: run.id, purpose: .delivery).filter { $0.isOfEarlierRound(than: run) }
        let end = "Round \(run.round) took its place."
        for step in earlier where step.state == .pending {
            try steps.markFailed(step.id, state: .failed, error: "It was not begun. \(end)", now: now)
        }
        let doubts = earlier.filter { $0.state == .doubtful }
        guard !doubts.isEmpty else { return }
        for step in doubts {
            try steps.giveUp(step.id, why: "\((step.error ?? "Nobody could tell of it").closed) \(end)", now: now)
            try RunEventStore(db: db).append(run.id, kind: "resolved", detail: "\(step.what): \(end)", now: now)
        }
        try AlertStore(db: db).resolve(cause: RunCause.Code.deliveryFailed.rawValue, subject: run.id, now: now)
    }
}

extension StepRecord {
    /// Whether a later round was begun since: this delivery is not made any more.
    package func isOfEarlierRound(than run: RunRecord) -> Bool { purpose == .delivery && round < run.round }
}
