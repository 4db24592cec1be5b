/// The right to move one run: who has it and the epoch that fences every write made with it.
package struct Lease: Hashable, Sendable {
    package let runID: String
    package let owner: String
    /// Grows with each claim. A worker that was paused past its lease finds a higher one and changes nothing.
    package let epoch: Int64

    /// A lease is renewed three times in its life.
    package static let lifeMilliseconds: Int64 = 12_000
    package static let renewEverySeconds = 4
}

/// Another worker or person moved the run first. Read it again and go on from what it is now.
package struct RunMoved: Error, Hashable, CustomStringConvertible {
    package let runID: String
    package var description: String { "run \(runID) was moved by someone else" }
}
