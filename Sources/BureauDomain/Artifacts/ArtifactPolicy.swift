/// What an agent's results are when they are registered: `artifacts` in its config. Everything has a default, so an
/// agent that says nothing is registered too.
package struct ArtifactPolicy: Hashable, Sendable {
    /// Which days a version speaks of.
    package enum PeriodRule: String, Hashable, Sendable, CaseIterable {
        /// The month in which the run began.
        case month
        /// The month before it: a report written in November about October.
        case previousMonth = "previous_month"
        /// What the report itself says in `period`, else none.
        case report
        /// It has no period; the newest one counts.
        case none
    }

    /// Which earlier versions an accepted one takes the place of.
    package enum Superseding: String, Hashable, Sendable, CaseIterable {
        /// Those of the same client, agent, kind and period.
        case client
        /// Of these, those of the same task.
        case task
    }

    /// Lower-case letters, digits and hyphens: "seo-audit".
    package let kind: String
    /// What people call it; nil takes the agent's name.
    package let title: String?
    /// The marketing channel it speaks of ("seo", "google-ads"); nil for none or for all.
    package let channel: String?
    package let period: PeriodRule
    /// Beginnings or ends of file names, such as ".md"; the first list that fits decides a file's role.
    package let reports: [String]
    package let data: [String]
    package let capsule: [String]
    package let visibility: ArtifactVisibility
    package let staleAfterDays: Int
    /// Nil where the file does not say: `task` for a builder and for work without a client, else `client`.
    package let supersedes: Superseding?

    package static let staleAfterDaysByDefault = 92

    package init(
        kind: String, title: String? = nil, channel: String? = nil, period: PeriodRule = .month,
        reports: [String] = ArtifactPolicy.reportEnds, data: [String] = ArtifactPolicy.dataEnds,
        capsule: [String] = ArtifactPolicy.capsuleEnds, visibility: ArtifactVisibility = .staff,
        staleAfterDays: Int = ArtifactPolicy.staleAfterDaysByDefault, supersedes: Superseding? = nil
    ) {
        (self.kind, self.title, self.channel, self.period) = (kind, title, channel, period)
        (self.reports, self.data, self.capsule) = (reports, data, capsule)
        (self.visibility, self.staleAfterDays, self.supersedes) = (visibility, staleAfterDays, supersedes)
    }

    package static let reportEnds = [".md", ".html", ".htm", ".pdf", ".docx"]
    package static let dataEnds = [".json", ".csv", ".tsv", ".xlsx"]
    package static let capsuleEnds = ["capsule.json", "evidence.json"]

    /// What a file of these results is.
    package enum Role: String, Hashable, Sendable, CaseIterable { case report, data, capsule, other }

    package func role(of fileName: String) -> Role {
        if Self.fits(fileName, capsule) { return .capsule }
        if Self.fits(fileName, reports) { return .report }
        return Self.fits(fileName, data) ? .data : .other
    }

    private static func fits(_ name: String, _ patterns: [String]) -> Bool {
        let name = name.lowercased()
        return patterns.contains { pattern in
            let pattern = pattern.lowercased()
            return name.hasSuffix(pattern) || (!pattern.hasPrefix(".") && name.hasPrefix(pattern))
        }
    }
}

/// Which capsules of the same client an agent is told with its work: `context` in its config.
package struct ContextPolicy: Hashable, Sendable {
    /// Kinds of artifact; empty for all.
    package let kinds: [String]
    /// Marketing channels; empty for all.
    package let channels: [String]
    package let periods: [PeriodWish]
    package let countMax: Int
    package let bytesMax: Int
    /// Older ones are stale, whatever their own kind allows; nil leaves it to the kind.
    package let ageDaysMax: Int?
    /// Whether rounds after the first are told of capsules that have come since.
    package let inRevisions: Bool
    /// Whether its session may ask for a part of an artifact's file, and how often in one run.
    package let sectionReadsMax: Int

    package static let countDefault = 5, countLimit = 20
    package static let bytesDefault = 16_000, bytesLimit = 200_000
    package static let sectionReadsLimit = 100

    package init(
        kinds: [String] = [], channels: [String] = [], periods: [PeriodWish] = [.any],
        countMax: Int = ContextPolicy.countDefault, bytesMax: Int = ContextPolicy.bytesDefault, ageDaysMax: Int? = nil,
        inRevisions: Bool = false, sectionReadsMax: Int = 0
    ) {
        (self.kinds, self.channels, self.periods) = (kinds, channels, periods)
        (self.countMax, self.bytesMax, self.ageDaysMax) = (countMax, bytesMax, ageDaysMax)
        (self.inRevisions, self.sectionReadsMax) = (inRevisions, sectionReadsMax)
    }
}

/// Which periods are asked for.
package enum PeriodWish: Hashable, Sendable {
    case any
    /// The month the asking run began in.
    case current
    case previous
    case month(String)

    package init?(_ text: String) {
        switch text {
        case "any": self = .any
        case "current": self = .current
        case "previous": self = .previous
        default:
            guard ArtifactPeriod(month: text) != nil else { return nil }
            self = .month(text)
        }
    }

    /// Whether a period is meant, seen from a run of this month.
    func takes(_ period: ArtifactPeriod?, from month: String) -> Bool {
        switch self {
        case .any: true
        case .current: period?.month == month
        case .previous: period != nil && period?.month == ArtifactPeriod.monthBefore(month)
        case .month(let wanted): period?.month == wanted
        }
    }
}
