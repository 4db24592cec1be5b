import BureauVendors

/// How one vendor, by one account, has answered last. Times are Unix milliseconds.
package struct VendorLine: Sendable, Hashable {
    /// "Slack", or "Slack (north)" for a further account.
    package let name: String
    package let status: Int?
    package let tookMilliseconds: Int64?
    /// Since then nothing was answered.
    package let silentSince: Int64?
    /// It failed so often that nothing is sent before this time.
    package let leftAloneUntil: Int64?

    init(account: String?, vendor: Vendor, pulse: VendorPulse) {
        name = account.map { "\(vendor.displayName) (\($0))" } ?? vendor.displayName
        (status, tookMilliseconds) = (pulse.status, pulse.tookMilliseconds)
        (silentSince, leftAloneUntil) = (pulse.silentSince, pulse.leftAloneUntil)
    }

    /// Something about it wants a look. A refusal of one request says nothing of the service.
    package var isInTrouble: Bool {
        leftAloneUntil != nil || silentSince != nil || status == 401 || status ?? 0 >= 500
    }
}
