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
    /// How long after it was sent a request may still be on its way although its sender is gone: sooner than that,
    /// what is absent may yet come.
    var flightMillisecondsMax: Int64 { get }
    /// What is sent, for the run's receipts.
    var sent: SentContent? { get }
    /// Why what was delivered under this receipt is not there any more; nil when it is, or has no place of its own.
    func whyGone(_ receipt: String) async throws -> String?
}

extension OutboundWrite {
    var flightMillisecondsMax: Int64 { 0 }
    var sent: SentContent? { nil }
    func whyGone(_ receipt: String) async throws -> String? { nil }
}

/// The bytes of a write, as its receipt names them.
struct SentContent: Sendable, Hashable {
    let sha256: String
    /// The content itself, when it is small and kept nowhere else.
    let text: String?

    init(_ file: FileIntent) { (sha256, text) = (file.sha256, nil) }
    init(hashOf text: String) { (sha256, self.text) = (Hex.sha256(Array(text.utf8)), nil) }

    init?(json value: some Encodable) {
        guard let text = try? JSONText.encode(value) else { return nil }
        (sha256, self.text) = (Hex.sha256(Array(text.utf8)), text)
    }
}

/// Something that was there is not any more, and only a person knows whether it is wanted again.
struct StepDoubt: Error { let why: String }

/// The write was not tried because something it needs is not there. Not a vendor's refusal.
struct StepProblem: Error, CustomStringConvertible {
    let description: String
}
