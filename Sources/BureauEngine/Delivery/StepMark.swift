import BureauDomain

/// The id of a run's step, and so the mark its write carries: it follows from the run and from what the step is. A
/// process that forgot the step, because it started from a restored backup, looks for the very same mark.
enum StepMark {
    static func id(run: String, _ purpose: StepRecord.Purpose, _ plan: StepPlan) -> String {
        // Before there were rounds the mark had none: the first keeps it so.
        let rounds = plan.round == 1 ? [] : ["round \(plan.round)"]
        return derived(from: run, [purpose.rawValue, plan.channel.rawValue, plan.kind, plan.subject] + rounds)
    }

    /// A question's id, for the same reason: the message that shows it carries the mark of a notice about it.
    static func approval(run: String, eventID: String) -> String { derived(from: run, ["approval", eventID]) }

    /// 26 characters: the run's time, then 80 bits of a hash.
    private static func derived(from run: String, _ parts: [String]) -> String {
        let hash = Array(Hex.sha256(Array(([run] + parts).joined(separator: "\u{1F}").utf8)).utf8)
        func bits(_ range: Range<Int>) -> UInt64 {
            UInt64(String(decoding: hash[range], as: UTF8.self), radix: 16) ?? 0
        }
        let tail = ULID.make(milliseconds: 0, randomness: (bits(0..<16), UInt16(truncatingIfNeeded: bits(16..<20))))
        return String(run.prefix(10)) + String(tail.suffix(16))
    }
}
