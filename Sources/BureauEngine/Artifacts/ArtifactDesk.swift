package import BureauDomain
package import BureauStorage
package import Foundation

/// What people ask of the registry, the same behind the command line and the API.
package struct ArtifactDesk: Sendable {
    let database: any Database
    let doors: Doors
    let blobs: BlobFolder
    /// Which month "current" means.
    let zone: ZoneOffsets

    package init(database: any Database, doors: Doors, blobs: BlobFolder, zone: ZoneOffsets = .utc) {
        (self.database, self.doors, self.blobs, self.zone) = (database, doors, blobs, zone)
    }

    /// Why a request cannot be carried out, and what to do about it.
    package struct Refused: Error, Sendable, CustomStringConvertible {
        package enum Kind: Sendable { case notFound, ambiguous, notNow, damaged, tooLarge }
        package let kind: Kind
        package let description: String
        package let fix: String

        package init(kind: Kind, description: String, fix: String) {
            (self.kind, self.description, self.fix) = (kind, description, fix)
        }
    }

    /// Everything the registry holds about one version.
    package struct Page: Sendable, Hashable {
        package let artifact: ArtifactRecord
        package let files: [ArtifactFileRecord]
        package let deliveries: [ArtifactDelivery]
        package let revisions: [ArtifactRevision]
        /// Every round's version of the same run, the first one first.
        package let versions: [ArtifactRecord]
        package let run: RunRecord
        /// What its run was told of other work.
        package let access: [DataAccess]
    }

    package func list(_ filter: ArtifactFilter) async throws -> [ArtifactRecord] {
        if filter.text != nil { try await ArtifactTexts(database: database).bringUpToDate() }
        return try await database.read { try ArtifactStore(db: $0).list(filter) }
    }

    /// How many a list leaves out because newer ones count in their place, no further than `atMost`.
    package func supersededCount(_ filter: ArtifactFilter, atMost: Int) async throws -> Int {
        try await database.read { try ArtifactStore(db: $0).supersededCount(filter, atMost: atMost) }
    }

    /// Of a list, those that other work may build on, or those it may not. Looks through so many at most that a list with
    /// few of them answers as fast; `next` is where it goes on, nil at its end.
    package func list(_ filter: ArtifactFilter, reusable isReusable: Bool) async throws -> (
        found: [ArtifactRecord], next: String?
    ) {
        var (filter, found) = (filter, [ArtifactRecord]())
        let wanted = filter.limit
        filter.limit = ArtifactFilter.limitMax
        for _ in 0..<Self.reuseBatchesMax {
            let batch = try await list(filter)
            for artifact in batch {
                filter.goOn(from: artifact.id)
                guard (exclusion(artifact) == nil) == isReusable else { continue }
                found.append(artifact)
                if found.count == wanted { return (found, artifact.id) }
            }
            guard batch.count == filter.limit else { return (found, nil) }
        }
        return (found, filter.place)
    }

    private static let reuseBatchesMax = 10

    /// The newest version of each of these runs, by its run. At most 200 runs.
    package func newest(ofRuns ids: [String]) async throws -> [String: ArtifactRecord] {
        let ids = Array(ids.prefix(ArtifactFilter.limitMax))
        return ids.isEmpty ? [:] : try await database.read { try ArtifactStore(db: $0).newest(ofRuns: ids) }
    }

    /// Finds one by its id, its run's, whose newest one is meant, or the first characters of either (at least six).
    package func find(_ text: String) async throws -> ArtifactRecord {
        let id = text.uppercased()
        let found: [ArtifactRecord] = try await database.read { db in
            let store = ArtifactStore(db: db)
            if let one = try store.find(id) { return [one] }
            if let one = try store.newest(run: id) { return [one] }
            guard id.count >= 6, id.allSatisfy({ $0.isLetter || $0.isNumber }) else { return [] }
            let own = try store.beginning(with: id, limit: 5)
            return own.isEmpty
                ? try RunStore(db: db).ids(beginning: id).compactMap { try store.newest(run: $0) } : own
        }
        guard let artifact = found.first else {
            throw Refused(
                kind: .notFound, description: "there is no artifact \(text.prefix(60))",
                fix: "bureau reports list --all")
        }
        guard found.count == 1 else {
            throw Refused(
                kind: .ambiguous,
                description: "\(text.prefix(60)) fits several artifacts: \(found.map(\.id).joined(separator: ", "))",
                fix: "write more characters of the id")
        }
        return artifact
    }

    package func page(_ id: String) async throws -> Page {
        let artifact = try await find(id)
        return try await database.read { db in
            let store = ArtifactStore(db: db)
            guard let run = try RunStore(db: db).find(artifact.runID) else { throw RunMoved(runID: artifact.runID) }
            return Page(
                artifact: artifact, files: try store.files(artifact.id),
                deliveries: try store.deliveries(artifact.id), revisions: try store.revisions(run: artifact.runID),
                versions: try store.ofRun(artifact.runID), run: run,
                access: try AccessLog(db: db).list(run: artifact.runID))
        }
    }

    /// What a run was told of other work.
    package func access(run runID: String) async throws -> [DataAccess] {
        try await database.read { try AccessLog(db: $0).list(run: runID) }
    }

    /// What other work for a client may build on, and what may not and why.
    package func reusable(
        client: String, kinds: [String] = [], channels: [String] = [], periods: [PeriodWish] = [.any]
    ) async throws -> ReusableArtifacts {
        let question = ArtifactReuse.Question(
            client: client, kinds: kinds, channels: channels, periods: periods, month: month, now: doors.now())
        return try await database.read { try ArtifactStore(db: $0).reusable(question) }
    }

    /// Nil when other work for its own client may build on it.
    package func exclusion(_ artifact: ArtifactRecord) -> ArtifactReuse.Exclusion? {
        guard let client = artifact.clientSlug else { return .blocked("it belongs to no client") }
        return ArtifactReuse.exclusion(
            artifact.candidate, ArtifactReuse.Question(client: client, month: month, now: doors.now()))
    }

    private var month: String {
        let day = CivilDate(daysSince1970: zone.reading(at: Int(doors.now() / 1_000)) / 86_400)
        return "\(day.year)-\(day.month < 10 ? "0" : "")\(day.month)"
    }

    /// Where a file is on this machine.
    package func url(_ file: ArtifactFileRecord) throws -> URL { try blobs.url(for: file.blobKey) }

    /// One file by its name. Throws when the registry has none, or the disk has none any more.
    package func file(_ name: String, of id: String) async throws -> (record: ArtifactFileRecord, url: URL) {
        let artifact = try await find(id)
        let files = try await database.read { try ArtifactStore(db: $0).files(artifact.id) }
        guard let file = files.first(where: { $0.name == name }) else {
            throw Refused(
                kind: .notFound, description: "artifact \(artifact.id) has no file of that name",
                fix: "bureau reports show \(artifact.id) lists its files")
        }
        guard try blobs.exists(file.blobKey) else {
            throw Refused(
                kind: .damaged, description: "the file \(name) is not on this machine any more",
                fix: "bureau db restore puts a backup's files back")
        }
        return (file, try url(file))
    }
}
