/// What becomes of work that arrives. In every mode signals are accepted, stored and answered as ever.
package enum IntakeMode: String, CaseIterable, Hashable, Sendable, Codable {
    case open
    /// Nothing new starts. What has begun goes on to its end.
    case paused
    /// As paused, and what waits for people stays where it is: answers and asked changes are taken up later. What a
    /// worker has in hand goes on until it ends or waits, so that in the end nobody has anything in hand.
    case draining

    package var startsRuns: Bool { self == .open }
    /// Whether a run that was at rest goes on when people have answered it.
    package var takesUpRests: Bool { self != .draining }

    /// The verb that leads here, as buttons and commands write it.
    package var verb: String {
        switch self {
        case .open: "Resume"
        case .paused: "Pause intake"
        case .draining: "Drain"
        }
    }
}
