import BureauVendors

/// The right to move one run: who has it and the epoch that fences every write made with it.
package struct Lease: Hashable, Sendable {
    package let runID: String
    package let owner: String
    /// Grows with each claim. A worker that was paused past its lease finds a higher one and changes nothing.
    package let epoch: Int64
    /// How long it holds without being renewed.
    package let lifeMilliseconds: Int64

    package init(runID: String, owner: String, epoch: Int64, lifeMilliseconds: Int64 = Self.lifeMilliseconds) {
        self.runID = runID
        self.owner = owner
        self.epoch = epoch
        self.lifeMilliseconds = lifeMilliseconds
    }

    package static let lifeMilliseconds: Int64 = 12_000
    /// A lease is renewed three times in its life.
    package var renewEveryMilliseconds: Int64 { lifeMilliseconds / 3 }
    /// How long after a renewal something may be sent under it. The rest of its life is for what has just left to
    /// arrive, before anybody else looks whether it is there.
    package var sendMilliseconds: Int64 { lifeMilliseconds - lifeMilliseconds / 4 }

    /// `since` is by the steady clock, before it was written that the lease is taken.
    func sendLimit(since: Int64, _ doors: Doors) -> SendLimit {
        SendLimit(steady: doors.steady, untilMilliseconds: since + sendMilliseconds)
    }

    /// Until when the run that this task works on may send; see docs/adr/0038.
    @TaskLocal static var sendLimit: SendLimit?
}

/// Another worker or person moved the run first. Read it again and go on from what it is now.
package struct RunMoved: Error, Hashable, CustomStringConvertible {
    package let runID: String
    package var description: String { "run \(runID) was moved by someone else" }
}
