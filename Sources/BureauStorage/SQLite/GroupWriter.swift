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
            results.reserveCapacity(batch.count)
            do {
                try db.inTransaction(.immediate) {
                    for job in batch { results.append(try run(job, in: db)) }
                    return .commit
                }
                for (job, result) in zip(batch, results) { job.done.resume(with: result) }
            } catch {
                for job in batch { job.done.resume(throwing: error) }
            }
        }
    }

    /// The job's own failure is its result. An error thrown from here means that the transaction itself is lost.
    /// (GRDB's own savepoints are parsed anew each time; these three statements are kept.)
    private func run(_ job: Job, in db: GRDB.Database) throws -> Result<Void, any Error> {
        try db.cachedStatement(sql: "SAVEPOINT job").execute()
        do { try job.body(db) } catch {
            // Some errors of the engine have ended the whole transaction by themselves.
            guard db.isInsideTransaction else { throw error }
            try db.cachedStatement(sql: "ROLLBACK TO job").execute()
            try db.cachedStatement(sql: "RELEASE job").execute()
            return .failure(error)
        }
        try db.cachedStatement(sql: "RELEASE job").execute()
        return .success(())
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
