package import Foundation
import Synchronization

/// What was asked of the stand-ins, oldest first. Bounded: the oldest entries make room.
package final class RequestLog: Sendable {
    static let entriesMax = 100_000

    package struct Entry: Sendable, Hashable {
        /// Counts up from 1 over the life of the sandbox, also across resets.
        package let number: Int
        package let time: Date
        package let vendor: String, operation: String, method: String, path: String
        /// A few words on what it was about: an id, a channel, a title.
        package fileprivate(set) var subject: String
        /// The status, followed by the fault that struck, such as "200", "503 status:503", "499 drop" (499: no answer at
        /// all); "open" while it is being answered.
        package var outcome: String
    }
    private struct State {
        var entries: [Entry] = []
        var last = 0
    }
    private let state = Mutex(State())

    package init() {}

    package var entries: [Entry] { state.withLock { $0.entries } }

    /// How often an operation was asked for, answered or not.
    package func count(_ vendor: String, _ operation: String) -> Int {
        state.withLock { $0.entries.count { $0.vendor == vendor && $0.operation == operation } }
    }

    func open(
        _ vendor: String, _ operation: String, method: String, path: String, subject: String, time: Date = .now
    ) -> Int {
        state.withLock { state in
            state.last += 1
            if state.entries.count >= Self.entriesMax {
                // A tenth at a time, so that the cost of moving is rare.
                state.entries.removeFirst(Self.entriesMax / 10)
            }
            state.entries.append(
                Entry(
                    number: state.last, time: time, vendor: vendor, operation: operation, method: method, path: path,
                    subject: String(subject.prefix(120)), outcome: "open"))
            return state.last
        }
    }

    /// The entry of the request being answered in this task.
    @TaskLocal static var current: Int?

    /// Says what the request being answered is about, once its body has been read.
    func note(_ subject: String) {
        guard let number = Self.current else { return }
        change(number) { $0.subject = String(subject.prefix(120)) }
    }

    func close(_ number: Int, outcome: String) { change(number) { $0.outcome = outcome } }

    private func change(_ number: Int, _ apply: (inout Entry) -> Void) {
        state.withLock { state in
            guard let first = state.entries.first?.number, number >= first else { return }
            apply(&state.entries[number - first])
        }
    }

    package func clear() { state.withLock { $0.entries = [] } }
}
