import GRDB
import Synchronization

/// Lets many waiting writers share one commit, so one flush of the disk serves them all.
///
/// A body that throws is undone alone, which may take a second run of its batch: a body has no effect but on its
/// connection. All resume after the COMMIT, so a returned
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
            do {
                let results = try together(batch, in: db) ?? apart(batch, in: db)
                for (job, result) in zip(batch, results) { job.done.resume(with: result) }
            } catch {
                for job in batch { job.done.resume(throwing: error) }
            }
        }
    }

    /// A savepoint makes the engine copy every page that is written after it, so none is set while all goes well.
    /// Nil, and nothing written, when a body threw after it had written something.
    private func together(_ batch: [Job], in db: GRDB.Database) throws -> [Result<Void, any Error>]? {
        let connection = SQLiteConnection(db: db)
        var results: [Result<Void, any Error>] = []
        results.reserveCapacity(batch.count)
        try db.inTransaction(.immediate) {
            for job in batch {
                let before = connection.totalChanges
                do {
                    try job.body(db)
                    results.append(.success(()))
                } catch {
                    guard connection.totalChanges == before, db.isInsideTransaction else { return .rollback }
                    results.append(.failure(error))
                }
            }
            return .commit
        }
        return results.count == batch.count ? results : nil
    }

    /// Each body in its own savepoint: one that throws is undone alone.
    private func apart(_ batch: [Job], in db: GRDB.Database) throws -> [Result<Void, any Error>] {
        var results: [Result<Void, any Error>] = []
        try db.inTransaction(.immediate) {
            for job in batch { results.append(try run(job, in: db)) }
            return .commit
        }
        return results
    }

    /// The job's own failure is its result. An error thrown from here means that the transaction itself is lost.
    private func run(_ job: Job, in db: GRDB.Database) throws -> Result<Void, any Error> {
        try db.execute(sql: "SAVEPOINT job")
        do { try job.body(db) } catch {
            // Some errors of the engine have ended the whole transaction by themselves.
            guard db.isInsideTransaction else { throw error }
            try db.execute(sql: "ROLLBACK TO job; RELEASE job")
            return .failure(error)
        }
        try db.execute(sql: "RELEASE job")
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
