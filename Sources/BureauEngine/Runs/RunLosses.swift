import BureauDomain
import BureauStorage

/// Counts what the runs of lost workers lost, and lets each wait before it is taken up again. See docs/adr/0028.
///
/// Losses count in a row, without progress between them. Whoever was lost more than once comes back later each time and
/// at a time of its own, so that a run that kills its worker is soon alone with it.
struct RunLosses {
    let db: any Connection
    let transitions: RunTransitions
    let doors: Doors

    /// So many deaths in a row, each before the run was seen to go on, and no progress between: it is the run.
    static let quickMax = 5
    /// One that goes on for a while each time is blamed only when it has got no further for so long: until then its
    /// workers may be dying of something else.
    static let livedMilliseconds: Int64 = 30 * 60_000

    /// Waits after the first, second … loss in a row. The first costs nothing: most workers die once.
    static let waitSeconds: [Double] = [0, 1, 4, 10, 20]

    /// Takes the runs away from their workers, which are gone, and counts. Returns those that were still theirs.
    func take(_ lost: [RunRecord]) throws -> [RunRecord] {
        let now = doors.now()
        // Fenced: only the lease that was seen abandoned is taken away.
        let ours = try lost.filter { try RunStore(db: db).takeAway($0, now: now) }
        for (_, together) in Dictionary(grouping: ours, by: \.leaseOwner).sorted(by: { ($0.key ?? "") < ($1.key ?? "") }
        ) {
            let held = try together.filter(\.state.isWorkable).map(losses)
            for loss in held where !loss.isSpared(among: held) { try count(loss, now) }
        }
        return ours
    }

    private func losses(_ run: RunRecord) throws -> Loss {
        let row = try db.first(
            """
            SELECT lost_mark, lived_epoch, quick_losses, lost_since, events_count || '/' || (
                SELECT count(*) FROM step WHERE run_id = run.id AND purpose <> 'notice' AND state IN ('done', 'failed')) AS mark
            FROM run WHERE id = ?
            """, [run.id])
        guard let row else { throw RunMoved(runID: run.id) }
        let mark = try row.text("mark")
        let before = try row.textIfAny("lost_mark") == mark ? run.losses : 0
        return Loss(
            run: run, mark: mark, before: before, hasLived: try row.integerIfAny("lived_epoch") == run.leaseEpoch,
            quickBefore: before > 0 ? Int(try row.integer("quick_losses")) : 0,
            since: before > 0 ? try row.integerIfAny("lost_since") : nil)
    }

    private func count(_ loss: Loss, _ now: Int64) throws {
        let quick = loss.hasLived ? 0 : loss.quickBefore + 1, since = loss.since ?? now
        let isBlamed = quick > Self.quickMax || now - since >= Self.livedMilliseconds
        let after = try transitions.apply(
            .leaseLost(inARow: loss.before > 0, isBlamed: isBlamed), to: loss.run.id, lease: nil, in: db)
        let wait = after.state == loss.run.state ? wait(after.losses) : 0
        try db.execute(
            "UPDATE run SET due_at = ?, lost_mark = ?, quick_losses = ?, lost_since = ? WHERE id = ?",
            [now + wait, loss.mark, quick, since, loss.run.id])
    }

    /// Anywhere from a quarter to seven quarters of the wait: those that were lost together do not come back together.
    private func wait(_ losses: Int) -> Int64 {
        let seconds = Self.waitSeconds[min(max(losses, 1), Self.waitSeconds.count) - 1]
        return Int64(seconds * 1_000 * (0.25 + 1.5 * (doors.jitter() * 2 - 1)))
    }
}

/// One run that lost its worker.
struct Loss: Sendable {
    let run: RunRecord
    /// How far it had got.
    let mark: String
    /// Losses before this one since it last got further.
    let before: Int
    /// It had been seen to go on before its worker died.
    let hasLived: Bool
    /// The last of those before, as many as came before it was seen to go on.
    let quickBefore: Int
    /// When the first of those before was; nil when this is the first.
    let since: Int64?

    /// A worker's death is laid at the door of what had just been taken up again, when that was lost as often before.
    func isSpared(among together: [Loss]) -> Bool {
        guard hasLived, before > 0 else { return false }
        return together.contains { !$0.hasLived && $0.before >= before }
    }
}
