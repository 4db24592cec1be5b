import BureauDomain
import BureauStorage
import Foundation

/// The one custom tool Bureau answers: a part of a reusable artifact's file, of the run's own client, within limits.
/// What was asked is logged, answered or not.
struct SectionTool: Sendable {
    static let name = "read_artifact_section"
    static let usage =
        #"Give {"artifact": "01K…", "file": "report.json", "section": "modules.0"}; without a section the sections are listed."#

    let parts: EngineParts
    let hand: RunInHand

    struct Answer: Sendable, Hashable {
        var text: String
        var isError: Bool
    }

    private struct Input: Decodable {
        let artifact: String
        let file: String?
        let section: String?
    }

    /// Nil when the agent's config gives it no such tool.
    static func limit(_ hand: RunInHand) -> Int? {
        guard let most = hand.agent.config.context?.sectionReadsMax, most > 0 else { return nil }
        return most
    }

    func answer(_ call: String, input json: [UInt8]) async throws -> Answer {
        guard let input = try? JSONDecoder().decode(Input.self, from: Data(json)) else {
            return try await refuse(call, nil, "unreadable input", Self.usage)
        }
        let part = "\(input.file ?? "files") \(input.section ?? "")".trimmingCharacters(in: .whitespaces)
        guard let most = Self.limit(hand), let context = CapsuleContext(hand, parts) else {
            return try await refuse(call, nil, part, "This agent may not read artifacts.")
        }
        let id = input.artifact.uppercased()
        let found = try await parts.database.read { [runID = hand.run.id] db in
            let reads = try AccessLog(db: db).toolReads(run: runID, besides: call)
            let client = try RunStore(db: db).find(runID)?.clientSlug
            guard let question = context.question(client: client), let artifact = try ArtifactStore(db: db).find(id)
            else { return Found(reads: reads, artifact: nil, exclusion: nil, files: []) }
            return Found(
                reads: reads, artifact: artifact,
                exclusion: ArtifactReuse.exclusion(artifact.candidate, question),
                files: try ArtifactStore(db: db).files(id))
        }
        guard found.reads < most else {
            return try await refuse(call, nil, part, "All \(most) reads of this run are used. Go on without more.")
        }
        // Another client's is as good as not there: not even that it exists is told.
        guard let artifact = found.artifact, found.exclusion != .anotherClient else {
            return try await refuse(call, nil, part, "There is no such artifact for this client.")
        }
        if let exclusion = found.exclusion {
            return try await refuse(call, artifact.id, part, "This artifact may not be used: \(exclusion.sentence).")
        }
        guard let file = found.files.first(where: { $0.name == input.file }) ?? found.only(input.file) else {
            let names = found.files.map(\.name).prefix(30).joined(separator: ", ")
            return try await refuse(call, artifact.id, part, "Name one of its files: \(names).")
        }
        return try await read(call, artifact, file, input.section, part)
    }

    private struct Found: Sendable {
        var reads: Int
        var artifact: ArtifactRecord?
        var exclusion: ArtifactReuse.Exclusion?
        var files: [ArtifactFileRecord]

        /// Without a name the only file is meant.
        func only(_ name: String?) -> ArtifactFileRecord? { name == nil && files.count == 1 ? files[0] : nil }
    }

    private func read(
        _ call: String, _ artifact: ArtifactRecord, _ file: ArtifactFileRecord, _ section: String?, _ part: String
    ) async throws -> Answer {
        do {
            guard let data = try? parts.blobs.head(file.blobKey, bytesMax: ArtifactSection.fileBytesMax + 1) else {
                return try await refuse(call, artifact.id, part, "The file is not on this machine any more.")
            }
            guard Hex.sha256(Array(data)) == file.sha256 || data.count > ArtifactSection.fileBytesMax else {
                return try await refuse(call, artifact.id, part, "The file is not the one that was registered.")
            }
            let found = try ArtifactSection.read(Array(data), file: file.name, section: section)
            let text = Outgoing.masked(found.text)
            try await log(call, artifact.id, part, bytes: text.utf8.count, refused: nil)
            return Answer(text: text, isError: false)
        } catch let refused as ArtifactSection.Refused {
            return try await refuse(call, artifact.id, part, refused.description)
        }
    }

    private func refuse(_ call: String, _ artifactID: String?, _ part: String, _ why: String) async throws -> Answer {
        try await log(call, artifactID, part, bytes: 0, refused: why)
        return Answer(text: why, isError: true)
    }

    private func log(_ call: String, _ artifactID: String?, _ part: String, bytes: Int, refused: String?) async throws {
        let (run, now) = (hand.run, parts.doors.now())
        let entry = AccessLog.Entry(
            way: .tool, artifactID: artifactID, part: Outgoing.clean(part), bytes: bytes, callID: call,
            refused: refused)
        try await parts.write(hand.lease) { try AccessLog(db: $0).append(entry, run: run, now: now) }
    }
}
