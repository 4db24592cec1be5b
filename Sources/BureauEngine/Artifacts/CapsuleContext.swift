import BureauDomain
import BureauStorage
import Foundation

/// What an agent is told of accepted work for the same client, and the log of it.
struct CapsuleContext: Sendable {
    let parts: EngineParts
    let run: RunRecord
    let policy: ContextPolicy
    /// A program of this machine has no tool to ask for parts with.
    private let readsSections: Bool

    /// Nil when the agent's config asks for none.
    init?(_ hand: RunInHand, _ parts: EngineParts) {
        guard let policy = hand.agent.config.context else { return nil }
        (self.parts, run, self.policy) = (parts, hand.run, policy)
        readsSections = policy.sectionReadsMax > 0 && hand.agent.config.anthropic != nil
    }

    struct Told: Sendable, Hashable {
        var text: String
        var capsules: [Capsule]

        struct Capsule: Sendable, Hashable {
            var artifactID: String
            var bytes: Int
        }
    }

    /// Nil for a run of no client: there is nothing that belongs to it.
    func question(client: String?) -> ArtifactReuse.Question? {
        client.map { client in
            ArtifactReuse.Question(
                client: client, kinds: policy.kinds, channels: policy.channels, periods: policy.periods,
                month: ArtifactRegistration.month(run.startedAt ?? run.acceptedAt, parts),
                ageDaysMax: policy.ageDaysMax, now: parts.doors.now())
        }
    }

    /// The capsules within the limits, newest first, besides those it was told before.
    func gather(_ db: any Connection, besides known: Set<String> = []) throws -> Told {
        // The row as it is now: the client may be known only since the run began.
        let client = try RunStore(db: db).find(run.id)?.clientSlug
        guard let question = question(client: client) else { return Told(text: Self.none, capsules: []) }
        let found = try ArtifactStore(db: db).reusable(question).usable
            .filter { !known.contains($0.id) && $0.runID != run.id }
        var told = Told(text: "", capsules: []), bytes = 0
        for artifact in found {
            guard told.capsules.count < policy.countMax else { break }
            let text = try block(artifact, db)
            guard bytes + text.utf8.count <= policy.bytesMax else { continue }
            bytes += text.utf8.count
            told.text += (told.text.isEmpty ? "" : "\n") + text
            told.capsules.append(.init(artifactID: artifact.id, bytes: text.utf8.count))
        }
        told.text = told.capsules.isEmpty ? Self.none : "\(Self.introduction)\(hint)\n\n\(told.text)"
        return told
    }

    /// What has come since the run was told last; nil when there is nothing, or its rounds are not told.
    func news(_ db: any Connection) throws -> Told? {
        guard policy.inRevisions else { return nil }
        let known = Set(
            try AccessLog(db: db).list(run: run.id).filter { $0.part == "capsule" }.compactMap(\.artifactID))
        let told = try gather(db, besides: known)
        return told.capsules.isEmpty ? nil : told
    }

    /// Kept with the step that tells it; the same step never counts twice.
    func log(_ told: Told, _ way: DataAccess.Way, step: String, in db: any Connection) throws {
        for capsule in told.capsules {
            let entry = AccessLog.Entry(
                way: way, artifactID: capsule.artifactID, part: "capsule", bytes: capsule.bytes,
                callID: "\(step)/\(capsule.artifactID)")
            try AccessLog(db: db).append(entry, run: run, now: parts.doors.now())
        }
    }

    static let none = "There is no accepted earlier work of this kind for this client."
    static let introduction =
        "Accepted earlier work for this client, newest first. It says what was known then: check what may have changed, and name the artifact you rely on."

    private var hint: String {
        !readsSections
            ? "" : " To read a part of one of its files, call \(SectionTool.name) with artifact, file and section."
    }

    /// "<" is spelled out inside, so that nothing in a capsule can end it.
    private func block(_ artifact: ArtifactRecord, _ db: any Connection) throws -> String {
        let json = Outgoing.masked(artifact.capsule).replacingOccurrences(of: "<", with: #"\u003c"#)
        var head = "<capsule artifact=\"\(artifact.id)\" kind=\"\(artifact.kind)\""
        if let period = artifact.period { head += " period=\"\(period.key)\"" }
        head += " date=\"\(UTCStamp.date(Date(timeIntervalSince1970: Double(artifact.createdAt) / 1_000)))\""
        if readsSections {
            let names = try ArtifactStore(db: db).files(artifact.id).prefix(10).map(\.name)
            head += " files=\"\(names.joined(separator: ", ").filter { $0 != "\"" && $0 != "<" })\""
        }
        return "\(head)>\n\(json)\n</capsule>"
    }
}

/// What a session's creation was written down with, besides the config: the same words at every try.
struct KickoffIntent: Codable, Hashable, Sendable {
    var capsules: String?
}

extension ArtifactStore {
    static let reuseCandidatesMax = 2_000

    /// Both lists: what may be reused, newest first, and what may not, each with its reason.
    func reusable(_ question: ArtifactReuse.Question) throws -> ReusableArtifacts {
        var result = ReusableArtifacts(usable: [], excluded: [])
        for artifact in try ofClient(question.client, limit: Self.reuseCandidatesMax) {
            if let exclusion = ArtifactReuse.exclusion(artifact.candidate, question) {
                result.excluded.append(.init(artifact: artifact, exclusion: exclusion))
            } else {
                result.usable.append(artifact)
            }
        }
        return result
    }
}
