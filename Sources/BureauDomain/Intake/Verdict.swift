/// What became of a signal. Every stored signal has exactly one.
package enum Verdict: Hashable, Sendable {
    case run(id: String)
    case duplicate(of: String)
    case ignored(because: String)
    /// Kept for a person or a later try.
    case parked(because: String)
    /// Not believed or not readable: the signature was wrong, the body no JSON.
    case refused(because: String)

    package var name: String {
        switch self {
        case .run: "run"
        case .duplicate: "duplicate"
        case .ignored: "ignored"
        case .parked: "parked"
        case .refused: "refused"
        }
    }

    package var runID: String? {
        switch self {
        case .run(let id), .duplicate(let id): id
        case .ignored, .parked, .refused: nil
        }
    }

    package var reason: String {
        switch self {
        case .run: "started a run"
        case .duplicate: "the same change had started this run already"
        case .ignored(let why), .parked(let why), .refused(let why): why
        }
    }
}
