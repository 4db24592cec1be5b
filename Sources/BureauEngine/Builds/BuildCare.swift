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
        let found = try await parts.database.read { try BuildStore(db: $0).uncleared(limit: Self.buildsMax) }
        let now = parts.doors.now()
        notBefore = notBefore.filter { $0.value > now }
        for (build, cause, endedAt) in found where notBefore[build.runID] == nil {
            let isDecided = build.ending != nil || cause == RunCause.Code.dismissed.rawValue
            guard isDecided || now - endedAt > Self.daysKept * 24 * 3_600_000 else { continue }
            do { try await clear(build, isDismissed: cause == RunCause.Code.dismissed.rawValue) } catch {
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
        if let commit = try await repository.commit(build.reference) {
            let isOurs = commit == build.headCommit || commit == build.startCommit
            let isUnwanted = build.ending != nil || isDismissed || commit == build.baseCommit
            // Somebody who went on with the branch by hand keeps it.
            if isOurs, isUnwanted { try await repository.move(build.reference, from: commit, to: nil) }
        }
        let folder = BuildFolder(parts.settings.builds, build)
        if access(folder.run, F_OK) == 0 { try folder.remove(folder.run) }
        let now = parts.doors.now()
        try await parts.database.write { db in
            let store = BuildStore(db: db)
            if isDismissed { try store.end(build.runID, .dismissed, now: now) }
            try store.clear(build.runID, now: now)
            guard build.ending != nil || isDismissed else { return }
            try RunEventStore(db: db).append(
                build.runID, kind: "build", detail: "the worktree and the branch are gone", now: now)
        }
    }
}
