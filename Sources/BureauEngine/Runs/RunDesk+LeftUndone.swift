import BureauDomain
import BureauStorage

extension RunDesk {
    /// Refuses to deliver again what only a person's word can open: the run would move for nothing and raise an alert
    /// anew. `run` is as it was before.
    func expectWork(of run: RunRecord, _ channels: Set<StepRecord.Channel>, _ db: any Connection) throws {
        let steps = try StepStore(db: db).list(run: run.id, purpose: .delivery).filter {
            $0.round == run.round && (channels.isEmpty || channels.contains($0.channel))
        }
        let waiting = steps.first { $0.state == .doubtful }
        guard let step = waiting ?? steps.first(where: { $0.state == .failed }), !steps.contains(where: \.isOpen) else {
            return
        }
        // Where a run has not come to its delivery by itself, channels may be missing whole.
        let isPlanned = try RunEventStore(db: db).hasComeToDelivery(run.id)
        if channels.isEmpty, run.state == .failed || run.stopCause != nil || !isPlanned { return }
        let next =
            waiting == nil
            ? "is left undone. \(Self.afterAll(step, of: run.id))"
            : "waits for your word: bureau runs resolve \(run.id)"
        throw Refused(
            kind: .notNow,
            description: "nothing of run \(run.id) is left to deliver: \(step.what.lowercasedFirst) \(next)")
    }

    /// How what somebody left undone is delivered after all.
    static func afterAll(_ step: StepRecord, of run: String) -> String {
        "To deliver it after all, name its channel: bureau runs deliver \(run) --channel \(step.channel.rawValue)"
    }
}

extension RunEventStore {
    /// Whether the run got so far without somebody asking for it: then each of its channels was planned.
    func hasComeToDelivery(_ runID: String) throws -> Bool {
        try db.first(
            "SELECT 1 AS found FROM run_event WHERE run_id = ? AND kind = ? AND detail <> ? LIMIT 1",
            [runID, RunState.delivering.rawValue, RunMachine.Event.deliverAgain.name]) != nil
    }
}
