import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Follows a run on the terminal: one line for each thing worth knowing, scrollback kept. Works the run itself when no
/// server does. Ctrl-C detaches.
struct RunWatcher: Sendable {
    let composition: Composition
    var isQuiet = false
    var isVerbose = false
    /// Says nothing of what happened before now: for commands that set an old run in motion once more.
    var skipsPast = false
    static let lookEveryMilliseconds = 150

    func announce(_ run: RunRecord) {
        let limit =
            run.costMax ?? composition.catalog.agent(run.agent)?.config.limits.sessionCostMax
            ?? composition.settings.engine.defaultSessionCostMax
        Terminal.say("Run \(run.id)  \(run.agent) v\(run.agentVersion)  \(RunView(run).client)  limit \(limit)")
    }

    /// Returns the exit code that tells how the run ended.
    func follow(_ id: String, printsJSON: Bool = false) async throws -> Int32 {
        let isServed = ServerLock.isHeld(composition.settings)
        if !isServed, let code = try await leftToServer(id, printsJSON: printsJSON) { return code }
        if !isServed { try await composition.findLostRuns() }
        var configuration = ServiceGroupConfiguration(
            services: (isServed ? [] : composition.workers(only: id)).map { .init(service: $0) },
            logger: composition.logger)
        configuration.maximumGracefulShutdownDuration = .seconds(10)
        let group = ServiceGroup(configuration: configuration)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let code: Int32? = try await withThrowingTaskGroup(of: Ending.self) { tasks in
            if !isServed {
                tasks.addTask {
                    try await group.run()
                    return .workEnded
                }
            }
            tasks.addTask { .settled(try await printUntilSettled(id, isServed)) }
            tasks.addTask {
                for await _ in signals { break }
                return .detached
            }
            var endings = tasks.makeAsyncIterator()
            var (isWorking, first) = (!isServed, try await endings.next())
            if first == .workEnded { (isWorking, first) = (false, try await endings.next()) }
            await group.triggerGracefulShutdown()
            // What people see of the run is brought up to date before the process goes.
            while isWorking, let next = try await endings.next() { isWorking = next != .workEnded }
            tasks.cancelAll()
            guard case .settled(let code) = first else { return nil }
            return code
        }
        guard let code else { return try await detached(id, isServed) }
        if !isServed { try await tellUnsent(id) }
        if printsJSON { Terminal.say(try await FinalReport(composition: composition, id: id).json()) }
        return code
    }

    /// A shell without what the server works with would do the run's work half, and fail it for want of the rest.
    private func leftToServer(_ id: String, printsJSON: Bool) async throws -> Int32? {
        let parts = composition.parts
        let run = try await composition.desk.find(id)
        var missing = try await parts.database.read { try ServerFacts(db: $0).missing(in: parts) }
        if let own = try await parts.missing(for: run), !missing.contains(own) { missing.append(own) }
        guard !missing.isEmpty, run.state.isWorkable else { return nil }
        Terminal.note(
            "The run is left to the server, which is not running: this shell has not what the server needs "
                + "(\(missing.joined(separator: ", "))).\nStart bureau serve, or give this shell what the server has. "
                + "Then: bureau runs watch \(ShortID.of(id))    On an installed server: "
                + "sudo bureauctl runs watch \(ShortID.of(id))")
        if printsJSON { Terminal.say(try await FinalReport(composition: composition, id: id).json()) }
        return ExitStatus.waiting
    }

    private enum Ending: Hashable {
        case settled(Int32)
        case detached
        case workEnded
    }

    private func detached(_ id: String, _ isServed: Bool) async throws -> Int32 {
        let words = Detachment(try await composition.desk.find(id), isServed: isServed).words
        Terminal.note("\nDetached. \(words)\nCome back: bureau runs watch \(id)    Stop it: bureau runs stop \(id)")
        return ExitStatus.interrupted
    }

    private func printUntilSettled(_ id: String, _ isServed: Bool) async throws -> Int32 {
        var server = ServerSight()
        var tail: SessionTail?
        // The last thing in the past is what the command itself has just set off: that is told.
        var seq = skipsPast ? (try await composition.desk.events(id).last?.seq ?? 1) - 1 : 0
        var isPast = skipsPast
        while true {
            let run = try await composition.desk.find(id)
            let events = try await composition.desk.events(id, after: seq)
            // What led to the session comes before it, what ended it after.
            if tail != nil { printSession(&tail) }
            for event in events { tell(event) }
            if tail == nil, let session = run.sessionID {
                let path = composition.settings.engine.sessionLogFolder.appendingPathComponent(session + ".jsonl").path
                tail = SessionTail(path: path, fromEnd: isPast)
                if !isPast { line(run.startedAt ?? composition.doors.now(), "session \(session)") }
                printSession(&tail)
            }
            seq = events.last?.seq ?? seq
            isPast = false
            if run.state.isFinal || !run.state.isWorkable || run.state == .waitingApproval || run.waitsForBudget {
                printSession(&tail)
                try await waitForNotices(id)
                if !isQuiet { try await FinalReport(composition: composition, id: id).print() }
                return Self.exitCode(run)
            }
            if run.state == .queued, run.leaseOwner == nil, let paused = try await intake() {
                Terminal.note("\(paused)\nThe run is kept and starts after it: bureau intake resume")
                return ExitStatus.waiting
            }
            if isServed, server.isGone(isHeld: ServerLock.isHeld(composition.settings)) {
                Terminal.note(
                    "The server is gone, and what it has not done yet is kept. Start it again: bureau serve    "
                        + "Or have the run's work done here: bureau runs watch \(ShortID.of(id))")
                return ExitStatus.temporary
            }
            try await Task.sleep(for: .milliseconds(Self.lookEveryMilliseconds))
        }
    }

    /// Why nothing starts; nil when the intake is open.
    private func intake() async throws -> String? {
        let desk = IntakeDesk(database: composition.database, doors: composition.doors)
        return try await desk.statusUnlessOpen().flatMap { $0.sentence(since: Clock.iso($0.record.changedAt)) }
    }

    private func printSession(_ tail: inout SessionTail?) {
        while let events = tail?.read() {
            for event in events {
                if let text = EventLine.text(event, isVerbose: isVerbose) { line(event.milliseconds, text) }
            }
        }
    }

    private func tell(_ event: RunEvent) { line(event.at, PlainLine.of("\(event.kind): \(event.detail)")) }

    /// A command that does the work itself also tells people, before it ends.
    private func waitForNotices(_ id: String) async throws {
        for _ in 0..<40 where !ServerLock.isHeld(composition.settings) {
            guard
                try await composition.desk.steps(id, purpose: .notice).contains(where: {
                    $0.state == .pending || $0.state == .intended
                })
            else { return }
            try await Task.sleep(for: .milliseconds(Self.lookEveryMilliseconds))
        }
    }

    /// The command has told people what it could; what a vendor did not take in time is kept, and somebody should know.
    private func tellUnsent(_ id: String) async throws {
        let unsent = try await composition.desk.steps(id, purpose: .notice).filter {
            $0.state == .pending || $0.state == .intended
        }
        guard let first = unsent.first else { return }
        let vendors = Set(unsent.map(\.channel.rawValue)).sorted().joined(separator: ", ")
        let why = first.error.map { " It said: \(PlainLine.of($0))" } ?? ""
        Terminal.note(
            "\(unsent.count) \(unsent.count == 1 ? "message" : "messages") about this run could not be sent yet (\(vendors)).\(why)\n"
                + "Nothing is lost: bureau serve sends what waits. See it: bureau runs show \(ShortID.of(id))")
    }

    private func line(_ at: Int64?, _ text: String) {
        guard !isQuiet else { return }
        Terminal.say(" \(Clock.time(at ?? composition.doors.now()))  \(text)")
    }

    static func exitCode(_ run: RunRecord) -> Int32 {
        switch run.state {
        case .done: 0
        case .doneWithProblems: ExitStatus.deliveryFailed
        case .stopped: run.cause?.code == .byPerson ? ExitStatus.stoppedByPerson : ExitStatus.stoppedByLimit
        case .waitingApproval, .needsInfo, .inReview: ExitStatus.waiting
        case .queued where run.waitsForBudget: ExitStatus.waiting
        case .failed, .ignored, .queued, .starting, .running, .collecting, .delivering, .revising, .stopping:
            ExitStatus.failed
        }
    }
}
