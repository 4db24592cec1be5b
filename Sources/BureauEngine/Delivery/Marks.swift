enum Marks {
    /// What a result's comment says of its run, by which one is known whose reference somebody took away.
    static func alike(_ report: DeliveryReport) -> String { "Run \(report.runID)" }
    /// The tail of a comment by which it is found again, short enough not to disturb people.
    static func text(_ step: StepRecord) -> String { text(stepID: step.id) }
    static func text(stepID: String) -> String { "ref \(stepID)" }
    /// Clocks differ between us and a vendor.
    static let skewMilliseconds: Int64 = 5 * 60_000
    /// How far back a mark that nothing else carries is looked for: our own clock may have been wrong by a day.
    static let wrongClockMilliseconds: Int64 = 26 * 3_600_000
}
