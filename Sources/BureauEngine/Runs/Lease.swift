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
}

/// Another worker or person moved the run first. Read it again and go on from what it is now.
package struct RunMoved: Error, Hashable, CustomStringConvertible {
    package let runID: String
    package var description: String { "run \(runID) was moved by someone else" }
}
