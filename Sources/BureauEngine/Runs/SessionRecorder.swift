import BureauVendors
package import Foundation
import Synchronization

/// The one place a session's events pass: deduplicated, logged, folded. Shared by the stream and the sampler.
package final class SessionRecorder: Sendable {
    private struct State {
        var log: SessionLog
        var fold: SessionFold
        var seen: Set<EventKey>
    }

    private let state: Mutex<State>
    private let counters: Counters

    /// Opens the session's log and rebuilds what is known from it.
    package init(folder: URL, session: String, counters: Counters) throws {
        var fold = SessionFold()
        var seen: Set<EventKey> = []
        let log = try SessionLog(folder: folder, session: session) { event in
            if seen.insert(EventKey(event.key)).inserted { fold.take(event) }
        }
        state = Mutex(State(log: log, fold: fold, seen: seen))
        self.counters = counters
    }

    package var fold: SessionFold { state.withLock { $0.fold } }

    /// Asks something of what is known, without a copy of it.
    func ask<Answer: Sendable>(_ question: (SessionFold) -> Answer) -> Answer { state.withLock { question($0.fold) } }

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
            do { try state.log.append(new) } catch {
                state.seen.subtract(keys)
                throw error
            }
            for event in new { state.fold.take(event) }
            return new.count
        }
        if added > 0 { counters.add(.sessionEvents, by: Int64(added)) }
    }
}
