/// How the last request to a vendor went, and whether it is left alone: what people see of it between two looks.
package struct VendorPulse: Hashable, Sendable {
    /// Unix milliseconds of the last answer, whatever it said.
    package internal(set) var answeredAt: Int64?
    /// From sending to the head of that answer.
    package internal(set) var tookMilliseconds: Int64?
    package internal(set) var status: Int?
    /// Since then nothing was answered.
    package internal(set) var silentSince: Int64?
    /// A destination has failed so often that nothing is sent before this time.
    package internal(set) var leftAloneUntil: Int64?

    mutating func answered(_ status: Int, sentAt: Int64, now: Int64) {
        (answeredAt, tookMilliseconds, self.status, silentSince) = (now, max(0, now - sentAt), status, nil)
    }

    mutating func failed(now: Int64) { silentSince = silentSince ?? now }
}
