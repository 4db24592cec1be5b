import BureauDomain
import BureauEngine

/// What the page of a run is made of, read before anything is placed: several parts of the page need the same.
struct RunParts {
    let agent: Part<LoadedAgent?>
    let approvals: Part<[ApprovalRecord]>
    let steps: Part<[StepRecord]>
    /// Writes that nobody can tell of.
    let doubts: [StepRecord]
    let events: Part<[RunEvent]>
    let files: Part<[FileRecord]>
    let report: Part<ArtifactRecord?>
    let isSeen: Part<Bool>
    /// The run that brought later what this one did not.
    let doneLater: String?

    /// Whether what happened is known whole, so that the page may say how far the run came.
    var isWhole: Bool { steps.lost == nil && events.lost == nil }

    /// For the tabs, by the id of the part.
    var counts: [String: String] {
        var counts: [String: String] = [:]
        if files.lost == nil { counts["files"] = "\(files.value.count)" }
        if steps.lost == nil {
            counts["delivery"] = "\(steps.value.count { $0.state == .done })/\(steps.value.count)"
        }
        return counts
    }

    static func read(_ run: RunRecord, _ house: WebHouse) async throws -> RunParts {
        let written = try await house.part("What was delivered", or: ([StepRecord](), [StepRecord]()), id: "delivery") {
            (try await house.runs.steps(run.id), try await house.runs.doubts(run.id))
        }
        let marks = try await house.part("Whether somebody has seen the run", or: (false, String?.none)) {
            (try await house.runs.seen(run.id) != nil, try await house.runs.doneLater([run.id])[run.id])
        }
        return RunParts(
            agent: try await house.part("The run's config", or: LoadedAgent?.none) {
                try await house.catalog.version(run.configHash)
            },
            approvals: try await house.part("What the run has asked", or: [ApprovalRecord]()) {
                try await house.runs.approvals(run.id)
            },
            steps: Part(value: written.value.0, lost: written.lost), doubts: written.value.1,
            events: try await house.part("The timeline", or: [RunEvent](), id: "timeline") {
                try await house.runs.newestEvents(run.id, limit: TimelinePage.itemsMax)
            },
            files: try await house.part("The files", or: [FileRecord](), id: "files") {
                try await house.runs.files(run.id)
            },
            report: try await house.part("The report", or: ArtifactRecord?.none) {
                try await house.reports.list(ArtifactFilter(run: run.id, limit: 1)).first
            },
            isSeen: Part(value: marks.value.0, lost: marks.lost), doneLater: marks.value.1)
    }
}
