import GRDB
import Synchronization

/// Lets many waiting writers share one commit, so one flush of the disk serves them all.
///
/// Each body runs in its own savepoint: one that throws is undone alone. All resume after the COMMIT, so a returned
/// write is on disk. While a commit runs, the next batch gathers; an idle writer commits at once.
final class GroupWriter: Sendable {
    private struct Job: Sendable {
        let body: @Sendable (GRDB.Database) throws -> Void
        let done: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiting: [Job] = []
        var draining = false
    }

    private let state = Mutex(State())
    private let pool: DatabasePool
    private let jobsPerCommitMax = 256

    init(_ pool: DatabasePool) { self.pool = pool }

    func write(_ body: @escaping @Sendable (GRDB.Database) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            let mustStart = state.withLock { state in
                state.waiting.append(Job(body: body, done: done))
                defer { state.draining = true }
                return !state.draining
            }
            if mustStart { pool.asyncWriteWithoutTransaction { [self] db in drain(db) } }
        }
    }

    private func drain(_ db: GRDB.Database) {
        while let batch = nextBatch() {
            var results: [Result<Void, any Error>] = []
            do {
                try db.inTransaction(.immediate) {
                    for job in batch {
                        let result = run(job, in: db)
                        // A full disk makes SQLite undo the whole transaction: the jobs before are gone with it, and
                        // the ones behind would each commit alone. All are told what happened.
                        if !db.isInsideTransaction { try result.get() }
                        results.append(result)
                    }
                    return .commit
                }
                for (job, result) in zip(batch, results) { job.done.resume(with: result) }
            } catch {
                for job in batch { job.done.resume(throwing: error) }
            }
        }
    }

    private func run(_ job: Job, in db: GRDB.Database) -> Result<Void, any Error> {
        Result {
            try db.inSavepoint {
                try job.body(db)
                return .commit
            }
        }
    }

    private func nextBatch() -> [Job]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.draining = false
                return nil
            }
            let count = min(jobsPerCommitMax, state.waiting.count)
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting[..<count])
        }
    }
}
