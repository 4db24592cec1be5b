import BureauDomain
import BureauStorage
package import Foundation

/// What people decide about a version without the task it came from.
extension ArtifactDesk {
    /// A version that its run waits on is accepted with the run, as a comment on the task would have done.
    package func accept(_ id: String, by person: String) async throws -> ArtifactRecord {
        let artifact = try await decidable(id, "accepted", .accepted)
        if try await isInReview(artifact) {
            _ = try await moving { try await runDesk.accept(artifact.runID, by: person) }
        } else {
            try await change(artifact, "accepted by \(person)") { db, now in
                try ArtifactFollow(db: db).accept(artifact, by: person, now: now)
            }
        }
        return try await find(artifact.id)
    }

    package func dismiss(_ id: String, by person: String, reason: String?) async throws -> ArtifactRecord {
        let artifact = try await decidable(id, "dismissed", .dismissed)
        let why = reason.map { String($0.prefix(300)) }
        if try await isInReview(artifact) {
            _ = try await moving { try await runDesk.dismiss(artifact.runID, by: person, reason: why) }
        } else {
            try await change(artifact, "dismissed by \(person)" + (why.map { ": \($0)" } ?? "")) { db, now in
                _ = try ArtifactStore(db: db).dismiss(artifact, by: person, reason: why, now: now)
            }
        }
        return try await find(artifact.id)
    }

    private var runDesk: RunDesk { RunDesk(database: database, doors: doors) }

    private func decidable(_ id: String, _ verb: String, _ event: ArtifactMachine.Event) async throws -> ArtifactRecord
    {
        let artifact = try await find(id)
        guard event.leaves.contains(artifact.state) else {
            throw Refused(
                kind: .notNow,
                description: "artifact \(artifact.id) cannot be \(verb): it is \(artifact.state.word.lowercased())",
                fix: "bureau reports show \(artifact.id)")
        }
        let (run, newest) = try await database.read { db in
            (try RunStore(db: db).find(artifact.runID), try ArtifactStore(db: db).newest(run: artifact.runID))
        }
        if event == .accepted, let newest, newest.round > artifact.round {
            throw Refused(
                kind: .notNow,
                description: "artifact \(artifact.id) is round \(artifact.round) of its run; a newer one is there",
                fix: "bureau reports accept \(newest.id)")
        }
        guard let run, run.state.isFinal || run.state == .inReview else {
            throw Refused(
                kind: .notNow,
                description: "artifact \(artifact.id) cannot be \(verb) yet: its run is still at work",
                fix: "wait for it (bureau runs watch \(artifact.runID)), or stop it first")
        }
        return artifact
    }

    private func isInReview(_ artifact: ArtifactRecord) async throws -> Bool {
        try await database.read { db in
            guard try RunStore(db: db).find(artifact.runID)?.state == .inReview else { return false }
            return try ArtifactStore(db: db).newest(run: artifact.runID)?.id == artifact.id
        }
    }

    private func change(
        _ artifact: ArtifactRecord, _ what: String, _ body: @escaping @Sendable (any Connection, Int64) throws -> Void
    ) async throws {
        let now = doors.now()
        try await database.write { db in
            try body(db, now)
            try RunEventStore(db: db).append(
                artifact.runID, kind: "artifact", detail: "\(artifact.title), version \(artifact.version): \(what)",
                now: now)
        }
    }

    private func moving(_ body: () async throws -> RunRecord) async throws -> RunRecord {
        do { return try await body() } catch let refused as RunDesk.Refused {
            throw Refused(
                kind: .notNow, description: refused.description, fix: "bureau runs show tells where it stands")
        }
    }
}

extension ArtifactDesk {
    /// Copies every file of a version into `folder`, which must not exist, each checked against its hash, with
    /// `capsule.json` and `artifact.json` beside them. Either whole or not at all.
    package func export(_ page: Page, to folder: URL) throws {
        guard !FileManager.default.fileExists(atPath: folder.path) else {
            throw Refused(
                kind: .notNow, description: "\(folder.path) is there already",
                fix: "name a folder that is not there yet")
        }
        do {
            try Durable.makeFolder(folder)
            let names = Set(page.files.map { $0.name.lowercased() })
            for file in page.files {
                guard try blobs.exists(file.blobKey), try blobs.sha256(file.blobKey) == file.sha256 else {
                    throw Refused(
                        kind: .damaged, description: "the file \(file.name) is not the one that was registered",
                        fix: "bureau db check, then bureau db restore")
                }
                try Durable.copy(try url(file), to: folder.appendingPathComponent(file.name))
            }
            for (name, text) in [
                ("capsule.json", page.artifact.capsuleDocument.pretty),
                ("artifact.json", page.document(exclusion(page.artifact)).pretty),
            ] {
                let free = names.contains(name) ? "bureau-\(name)" : name
                try Durable.write(Data((text + "\n").utf8), to: folder.appendingPathComponent(free))
            }
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }
}
