package import BureauVendors
package import Logging

/// Reads a session's events: the stream for speed, the list for truth, again after every drop.
package struct SessionFollower: Sendable {
    let anthropic: AnthropicClient
    let session: String
    let recorder: SessionRecorder
    let doors: Doors
    let counters: Counters
    let logger: Logger
    /// One that has more is never read to its end, and half a history is never acted on.
    var historyPagesMax = 10_000
    /// After a restart every session is opened anew: at this pace, so that the rush does not set the process's size.
    private static let openings = Gate(max: 64)

    package init(
        anthropic: AnthropicClient, session: String, recorder: SessionRecorder, doors: Doors, counters: Counters,
        logger: Logger
    ) {
        self.anthropic = anthropic
        self.session = session
        self.recorder = recorder
        self.doors = doors
        self.counters = counters
        self.logger = logger
    }

    /// Follows until `decide` gives an answer. It is asked after each listing and each batch of live events.
    @discardableResult
    package func follow<Answer: Sendable>(_ decide: @Sendable (SessionFold) -> Answer?) async throws -> Answer {
        var drops = 0
        while true {
            do {
                let before = recorder.ask(\.eventsCount)
                if let answer = try await attach(decide) { return answer }
                drops = recorder.ask(\.eventsCount) > before ? 0 : drops + 1
            } catch let error as VendorError {
                try Task.checkCancellation()
                guard isPassing(error) else { throw error }
                logger.info("stream dropped", metadata: ["session": "\(session)", "why": "\(error)"])
                counters.add(.vendorErrors, ["vendor": "anthropic"])
                drops += 1
            }
            counters.add(.streamDrops)
            try await doors.sleep(
                .milliseconds(Backoff.stream.milliseconds(repeating: max(0, drops - 1), doors: doors)))
        }
    }

    /// The whole history, page by page; a page that fails is asked for again by its own cursor.
    func list() async throws {
        try await listAll { try await historyPage($0, &$1) }
    }

    /// What the session's sub-agents have said by themselves, and with which models. The session's own history tells of
    /// them only in part. A thread that cannot be read does not keep the session from being followed: the next look
    /// brings it; one that rests and was read since is left alone.
    func listThreads() async throws {
        for thread in recorder.ask({ $0.threads.values.filter(\.mayHaveNews).sorted { $0.id < $1.id } }) {
            do {
                try await list(thread.id)
                if thread.model == nil, let model = try await anthropic.model(of: session, thread: thread.id) {
                    recorder.learn(model: model, of: thread.id)
                }
                // With its model: one that could not be asked for is asked for at the next look.
                recorder.wasRead(thread)
            } catch let error as VendorError {
                try Task.checkCancellation()
                logger.info(
                    "a thread could not be read",
                    metadata: ["session": "\(session)", "thread": "\(thread.id)", "why": "\(error)"])
            }
        }
    }

    private func list(_ thread: String) async throws {
        try await listAll {
            let page = try await threadPage(thread, $0, &$1)
            return EventPage(events: page.events.map { $0.said(in: thread) }, nextPage: page.nextPage)
        }
    }

    private func listAll(_ read: (String?, inout HistoryPageSize) async throws -> EventPage) async throws {
        var (page, size) = (String?.none, HistoryPageSize())
        for _ in 0..<historyPagesMax {
            let found = try await read(page, &size)
            try recorder.record(found.events)
            guard let next = found.nextPage else { return }
            page = next
        }
        throw VendorError(
            vendor: .anthropic, operation: "GET events",
            kind: .unreadable(field: "a history of more than \(historyPagesMax) pages"))
    }

    /// One attachment: open, list, then live. Returns nil when the stream ended before an answer.
    private func attach<Answer: Sendable>(_ decide: @Sendable (SessionFold) -> Answer?) async throws -> Answer? {
        let stream = try await Self.openings.pass { try await opened() }
        if let answer = recorder.ask(decide) { return answer }
        for try await events in stream where !events.isEmpty {
            try recorder.record(events)
            if let answer = recorder.ask(decide) { return answer }
        }
        return nil
    }

    /// The open stream, with everything before it recorded. A task keeps every piece of stack it has ever needed, and
    /// this one follows for hours: the calls that open the stream go deep, so they are made in a task of their own.
    private func opened() async throws -> SessionStream {
        try await withThrowingTaskGroup { group in
            group.addTask {
                let stream = try await anthropic.stream(session)
                try await list()
                return stream
            }
            guard let stream = try await group.next() else { throw CancellationError() }
            return stream
        }
    }

    private func historyPage(_ page: String?, _ size: inout HistoryPageSize) async throws -> EventPage {
        var tries = 0
        while true {
            do {
                let found = try await anthropic.history(of: session, page: page, limit: size.events)
                size.passed()
                return found
            } catch {
                try Task.checkCancellation()
                // Too large, or cut off: fewer at once.
                if error.kind == .unreadable(field: "body"), size.shrink() { continue }
                guard error.isRetryable, tries < Backoff.stage.seconds.count,
                    let wait = Backoff.stage.milliseconds(tries: tries, doors: doors)
                else { throw error }
                tries += 1
                try await doors.sleep(.milliseconds(wait))
            }
        }
    }

    private func threadPage(_ thread: String, _ page: String?, _ size: inout HistoryPageSize) async throws -> EventPage
    {
        while true {
            do {
                let found = try await anthropic.history(of: session, thread: thread, page: page, limit: size.events)
                size.passed()
                return found
            } catch {
                guard error.kind == .unreadable(field: "body"), size.shrink() else { throw error }
            }
        }
    }

    private func isPassing(_ error: VendorError) -> Bool {
        if case .unreadable = error.kind { return true }
        return error.isRetryable
    }
}
