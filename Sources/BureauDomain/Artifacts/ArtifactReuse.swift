/// Whether other work may build on an artifact, and if not, why. Pure: the same facts always give the same answer.
package struct ArtifactReuse: Hashable, Sendable {
    /// What is asked for.
    package struct Question: Hashable, Sendable {
        package var client: String
        /// Empty for all.
        package var kinds: [String]
        package var channels: [String]
        package var periods: [PeriodWish]
        /// The month the asker works in, "2026-11".
        package var month: String
        package var ageDaysMax: Int?
        /// Unix milliseconds.
        package var now: Int64

        package init(
            client: String, kinds: [String] = [], channels: [String] = [], periods: [PeriodWish] = [.any],
            month: String, ageDaysMax: Int? = nil, now: Int64
        ) {
            (self.client, self.kinds, self.channels, self.periods) = (client, kinds, channels, periods)
            (self.month, self.ageDaysMax, self.now) = (month, ageDaysMax, now)
        }
    }

    /// What is known of one artifact.
    package struct Candidate: Hashable, Sendable {
        package var client: String?
        package var kind: String
        package var channel: String?
        package var period: ArtifactPeriod?
        package var state: ArtifactState
        package var supersededBy: String?
        /// Why nothing may be built on it, such as a file that never arrived.
        package var blocked: String?
        package var hasOpenFeedback: Bool
        package var staleAfterDays: Int
        /// Unix milliseconds.
        package var createdAt: Int64

        package init(
            client: String?, kind: String, channel: String? = nil, period: ArtifactPeriod? = nil, state: ArtifactState,
            supersededBy: String? = nil, blocked: String? = nil, hasOpenFeedback: Bool = false,
            staleAfterDays: Int = ArtifactPolicy.staleAfterDaysByDefault, createdAt: Int64
        ) {
            (self.client, self.kind, self.channel, self.period) = (client, kind, channel, period)
            (self.state, self.supersededBy, self.blocked) = (state, supersededBy, blocked)
            (self.hasOpenFeedback, self.staleAfterDays) = (hasOpenFeedback, staleAfterDays)
            self.createdAt = createdAt
        }
    }

    package enum Exclusion: Hashable, Sendable {
        case anotherClient, anotherKind, dismissed
        case superseded(by: String?)
        case blocked(String)
        case unresolvedFeedback, notAccepted
        case stale(days: Int, max: Int)
        case wrongPeriod(String), wrongChannel(String)

        package var code: String {
            switch self {
            case .anotherClient: "another_client"
            case .anotherKind: "another_kind"
            case .dismissed: "dismissed"
            case .superseded: "superseded"
            case .blocked: "blocked"
            case .unresolvedFeedback: "unresolved_feedback"
            case .notAccepted: "not_accepted"
            case .stale: "stale"
            case .wrongPeriod: "wrong_period"
            case .wrongChannel: "wrong_channel"
            }
        }

        package var sentence: String {
            switch self {
            case .anotherClient: "it belongs to another client"
            case .anotherKind: "it is of another kind"
            case .dismissed: "it was dismissed"
            case .superseded(let newer): "superseded" + (newer.map { " by \($0)" } ?? "")
            case .blocked(let why): "blocked: \(why)"
            case .unresolvedFeedback: "somebody asked for a change that is not made yet"
            case .notAccepted: "nobody has accepted it yet"
            case .stale(let days, let max): "stale: \(days) days old, and \(max) are allowed"
            case .wrongPeriod(let period): "wrong period: it speaks of \(period)"
            case .wrongChannel(let channel): "wrong channel: it speaks of \(channel)"
            }
        }
    }

    static let dayMilliseconds: Int64 = 86_400_000

    /// Nil when it may be reused; else the reason that weighs most.
    package static func exclusion(_ candidate: Candidate, _ question: Question) -> Exclusion? {
        guard candidate.client == question.client else { return .anotherClient }
        guard question.kinds.isEmpty || question.kinds.contains(candidate.kind) else { return .anotherKind }
        switch candidate.state {
        case .dismissed: return .dismissed
        case .superseded: return .superseded(by: candidate.supersededBy)
        case .changesAsked: return .unresolvedFeedback
        case .draft, .reviewReady, .accepted, .published: break
        }
        if let why = candidate.blocked { return .blocked(why) }
        if candidate.hasOpenFeedback { return .unresolvedFeedback }
        guard candidate.state.counts else { return .notAccepted }
        let days = Int(max(0, question.now - candidate.createdAt) / dayMilliseconds)
        let most = min(candidate.staleAfterDays, question.ageDaysMax ?? .max)
        guard days <= most else { return .stale(days: days, max: most) }
        guard question.periods.contains(where: { $0.takes(candidate.period, from: question.month) }) else {
            return .wrongPeriod(candidate.period?.key ?? "no period")
        }
        guard question.channels.isEmpty || candidate.channel.map(question.channels.contains) == true else {
            return .wrongChannel(candidate.channel ?? "no channel")
        }
        return nil
    }
}
