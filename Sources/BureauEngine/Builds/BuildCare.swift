import BureauDomain
import BureauStorage
import Foundation
import Logging
import ServiceLifecycle

/// Clears away what ended builds left: at once where people have decided, after some days where somebody may still want
/// to look.
package struct BuildCare: Service {
    let parts: EngineParts
    static let lookEverySeconds = 3
    static let buildsMax = 50
    static let daysKept: Int64 = 7
    /// What could not be cleared is tried again so much later.
    static let againAfterMilliseconds: Int64 = 600_000

    package init(parts: EngineParts) { self.parts = parts }

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var notBefore: [String: Int64] = [:]
            while !Task.isCancelled {
                do { try await look(&notBefore) } catch is CancellationError { return } catch {
                    parts.logger.error("ended builds could not be cleared", metadata: ["why": "\(error)"])
                }
                try await parts.doors.sleep(.seconds(Self.lookEverySeconds))
            }
        }
    }

    /// `notBefore` keeps builds that could not be cleared, by run.
    func look(_ notBefore: inout [String: Int64]) async throws {
        let now = parts.doors.now()
        notBefore = notBefore.filter { $0.value > now }
        // Those that wait for another try take nobody's place.
        let limit = Self.buildsMax + notBefore.count, old = now - Self.daysKept * 24 * 3_600_000
        let found = try await parts.database.read { try BuildStore(db: $0).uncleared(undecided: old, limit: limit) }
        for (build, isDismissed) in found where notBefore[build.runID] == nil {
            do { try await clear(build, isDismissed: isDismissed) } catch {
                try Task.checkCancellation()
                notBefore[build.runID] = now + Self.againAfterMilliseconds
                parts.logger.warning(
                    "a build could not be cleared", metadata: ["run": "\(build.runID)", "why": "\(error)"])
            }
        }
    }

    /// The branch goes when it is merged, when nobody wants it, and when it holds nothing.
    private func clear(_ build: BuildRecord, isDismissed: Bool) async throws {
        let repository = GitRepository(path: build.repository)
        var detail = "the worktree and the branch are gone"
        if let commit = try await repository.commit(build.reference) {
            let isOurs = commit == build.headCommit || commit == build.startCommit
            let isUnwanted = build.ending != nil || isDismissed || commit == build.baseCommit
            // Somebody who went on with the branch by hand keeps it.
            if isOurs, isUnwanted {
                try await repository.move(build.reference, from: commit, to: nil)
            } else {
                detail = "the worktree is gone; the branch stays, since somebody has gone on with it"
            }
        }
        let folder = BuildFolder(parts.settings.builds, build)
        if access(folder.run, F_OK) == 0 { try folder.remove(folder.run) }
        let (now, said) = (parts.doors.now(), detail)
        try await parts.database.write { db in
            let store = BuildStore(db: db)
            if isDismissed { try store.end(build.runID, .dismissed, now: now) }
            try store.clear(build.runID, now: now)
            guard build.ending != nil || isDismissed else { return }
            try RunEventStore(db: db).append(build.runID, kind: "build", detail: said, now: now)
        }
    }
}
