package import BureauDomain
import BureauStorage

/// One version in the registry, as it was read.
package struct ArtifactRecord: Sendable, Hashable {
    package let id: String
    package let runID: String
    package let round: Int
    package let version: Int
    package let agent: String
    package let clientSlug: String?
    package let clientName: String?
    package let kind: String
    package let title: String
    /// The marketing channel it speaks of.
    package let channel: String?
    package let period: ArtifactPeriod?
    package let state: ArtifactState
    package let visibility: ArtifactVisibility
    /// JSON of an `EvidenceCapsule`.
    package let capsule: String
    package let blocked: String?
    package let isReviewed: Bool
    package let staleAfterDays: Int
    package let agentVersion: String
    package let configHash: String
    package let sessionID: String?
    package let sessionAgent: String?
    package let model: String?
    package let payloadHash: String?
    package let requestedBy: String
    package let createdAt: Int64
    package let movedAt: Int64
    package let decidedBy: String?
    package let reason: String?
    package let supersededBy: String?
    /// The task whose versions take each other's place, where the client and the period do not say enough.
    let series: String?
    /// Somebody wrote something about it that asks for more and was not acted on.
    package let hasOpenFeedback: Bool
    /// Why its run did not end well; nil when it did or goes on.
    package let runTrouble: String?

    init(_ row: Row) throws {
        func read<Kind: RawRepresentable>(_ column: String) throws -> Kind where Kind.RawValue == String {
            guard let kind = Kind(rawValue: try row.text(column)) else {
                throw StorageError.unreadable(column: column, "not a value this bureau knows")
            }
            return kind
        }
        id = try row.text("id")
        runID = try row.text("run_id")
        round = Int(try row.integer("round"))
        version = Int(try row.integer("version"))
        agent = try row.text("agent")
        clientSlug = try row.textIfAny("client_slug")
        clientName = try row.textIfAny("client_name")
        kind = try row.text("kind")
        title = try row.text("title")
        channel = try row.textIfAny("channel")
        if let from = try row.textIfAny("period_from"), let to = try row.textIfAny("period_to") {
            period = ArtifactPeriod(from: from, to: to)
        } else {
            period = nil
        }
        state = try read("state")
        visibility = try read("visibility")
        capsule = try row.text("capsule")
        blocked = try row.textIfAny("blocked")
        isReviewed = try row.flag("reviewed")
        staleAfterDays = Int(try row.integer("stale_after_days"))
        agentVersion = try row.text("agent_version")
        series = try row.textIfAny("series")
        configHash = try row.text("config_sha256")
        sessionID = try row.textIfAny("session_id")
        sessionAgent = try row.textIfAny("session_agent")
        model = try row.textIfAny("model")
        payloadHash = try row.textIfAny("payload_sha256")
        requestedBy = try row.text("requested_by")
        createdAt = try row.integer("created_at")
        movedAt = try row.integer("moved_at")
        decidedBy = try row.textIfAny("decided_by")
        reason = try row.textIfAny("reason")
        supersededBy = try row.textIfAny("superseded_by")
        hasOpenFeedback = try row.flag("open_feedback")
        runTrouble = try row.textIfAny("run_trouble")
    }

    /// Whoever accepts a version has seen what is wrong with it.
    private var isAcceptedByPerson: Bool { state.counts && decidedBy != nil && decidedBy != ArtifactFollow.config }

    package var candidate: ArtifactReuse.Candidate {
        ArtifactReuse.Candidate(
            client: clientSlug, kind: kind, channel: channel, period: period, state: state, supersededBy: supersededBy,
            blocked: isAcceptedByPerson ? nil : blocked ?? runTrouble, hasOpenFeedback: hasOpenFeedback,
            staleAfterDays: staleAfterDays,
            createdAt: createdAt)
    }
}

/// One file of an artifact: stored, hashed.
package struct ArtifactFileRecord: Sendable, Hashable {
    package let position: Int
    package let role: ArtifactPolicy.Role
    package let name: String
    package let mimeType: String
    package let sizeBytes: Int64
    package let sha256: String
    /// Where it is kept; never told to anybody.
    package let blobKey: String

    init(_ row: Row) throws {
        position = Int(try row.integer("position"))
        role = ArtifactPolicy.Role(rawValue: try row.text("role")) ?? .other
        name = try row.text("name")
        mimeType = try row.text("mime_type")
        sizeBytes = try row.integer("size_bytes")
        sha256 = try row.text("sha256")
        blobKey = try row.text("blob_key")
    }
}

/// One place an artifact was delivered to.
package struct ArtifactDelivery: Sendable, Hashable {
    package let channel: String
    package let kind: String
    package let subject: String
    package let link: String?
    /// The step whose receipt proves it.
    package let stepID: String
    package let deliveredAt: Int64

    init(_ row: Row) throws {
        channel = try row.text("channel")
        kind = try row.text("kind")
        subject = try row.text("subject")
        link = try row.textIfAny("link")
        stepID = try row.text("step_id")
        deliveredAt = try row.integer("delivered_at")
    }
}

/// A round that somebody asked for.
package struct ArtifactRevision: Sendable, Hashable {
    package let round: Int
    package let artifactID: String
    package let madeID: String?
    package let askedAt: Int64
    package let madeAt: Int64?
    /// What people wrote that led to it, oldest first.
    package var comments: [Comment] = []

    package struct Comment: Sendable, Hashable {
        package let author: String
        package let text: String
        package let writtenAt: Int64
    }

    init(_ row: Row) throws {
        round = Int(try row.integer("round"))
        artifactID = try row.text("artifact_id")
        madeID = try row.textIfAny("made_id")
        askedAt = try row.integer("asked_at")
        madeAt = try row.integerIfAny("made_at")
    }
}
