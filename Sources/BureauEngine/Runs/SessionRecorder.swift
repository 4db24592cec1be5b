import BureauVendors
package import Foundation
import Synchronization

/// The one place a session's events pass: deduplicated, logged, folded. Shared by the stream and the sampler.
package final class SessionRecorder: Sendable {
    private struct State {
        /// Nil once it could not be written and that was no reason to stop.
        var log: SessionLog?
        var fold: SessionFold
        var seen: Set<EventKey>
        var addedCount = 0
    }

    private let state: Mutex<State>
    private let counters: Counters
    private let mustLog: Bool

    /// Opens the session's log and rebuilds what is known from it. Whoever ends a session must know what it says even
    /// when nothing can be written: without `mustLog` a log that refuses is done without.
    package init(folder: URL, session: String, counters: Counters, mustLog: Bool = true) throws {
        var fold = SessionFold()
        var seen: Set<EventKey> = []
        var log: SessionLog?
        do {
            log = try SessionLog(folder: folder, session: session) { event in
                if seen.insert(EventKey(event.key)).inserted { fold.take(event) }
            }
        } catch let error as SessionLogError where !mustLog && !error.isTakenOver { log = nil }
        self.mustLog = mustLog
        state = Mutex(State(log: log, fold: fold, seen: seen))
        self.counters = counters
    }

    /// How many events were taken in since it was opened.
    var addedCount: Int { state.withLock { $0.addedCount } }

    package var fold: SessionFold { state.withLock { $0.fold } }

    /// Asks something of what is known, without a copy of it.
    func ask<Answer: Sendable>(_ question: (SessionFold) -> Answer) -> Answer { state.withLock { question($0.fold) } }

    /// The whole of a thread's history was read, which was in that state when the reading began.
    func wasRead(_ thread: SessionThread) { state.withLock { $0.fold.wasRead(thread) } }

    func learn(model: String, of thread: String) { state.withLock { $0.fold.learn(model: model, of: thread) } }

    /// Records what is new. The log is written first: when the disk refuses, nothing counts as known, the error ends
    /// the attempt and the history brings the events again. Previews are never kept.
    func record(_ events: [RawEvent]) throws {
        let added = try state.withLock { state in
            var keys: [EventKey] = []
            let new = events.filter { event in
                guard !event.type.hasPrefix("event_") else { return false }
                let key = EventKey(event.key)
                guard state.seen.insert(key).inserted else { return false }
                keys.append(key)
                return true
            }
            do { try state.log?.append(new) } catch {
                guard mustLog else { return try Self.goOnUnlogged(&state, new, error) }
                state.seen.subtract(keys)
                throw error
            }
            for event in new { state.fold.take(event) }
            state.addedCount += new.count
            return new.count
        }
        if added > 0 { counters.add(.sessionEvents, by: Int64(added)) }
    }

    private static func goOnUnlogged(_ state: inout State, _ new: [RawEvent], _ error: any Error) throws -> Int {
        if let error = error as? SessionLogError, error.isTakenOver { throw error }
        state.log = nil
        for event in new { state.fold.take(event) }
        return new.count
    }
}
