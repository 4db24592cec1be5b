import BureauVendors

/// What looking for a step's mark at the vendor found.
enum Probe: Sendable {
    /// It is there: adopt it. The JSON is the receipt the write would have returned.
    case found(receipt: String)
    case absent
    /// The vendor could not say, and never will: a person must look.
    case unknown(why: String)
}

/// One visible write at a vendor that can be looked for before it is repeated.
protocol OutboundWrite: Sendable {
    /// Looks for the mark of an earlier attempt. Reads only.
    func probe() async throws -> Probe
    /// Makes the write, carrying the mark. Returns the receipt as JSON.
    func write() async throws -> String
}

/// The write was not tried because something it needs is not there. Not a vendor's refusal.
struct StepProblem: Error, CustomStringConvertible {
    let description: String
}
