package import BureauEngine

/// A look at everything this server needs, asked for on a page. It goes on when the page is left, and whoever asks
/// meanwhile waits for the same one.
package actor Checkup {
    /// What was found at one place, and what to do about it.
    package struct Line: Sendable, Hashable {
        package enum Status: String, Sendable { case ok, warn, fail, skip }
        package let status: Status, name: String, detail: String, fix: String?
        package init(_ status: Status, _ name: String, _ detail: String, fix: String?) {
            (self.status, self.name, self.detail, self.fix) = (status, name, detail, fix)
        }
    }

    /// Of everything, or of what one agent's file or one client's record names.
    package enum Subject: Sendable, Hashable {
        case everything
        case agent(String)
        /// By its slug.
        case client(String)
    }

    struct Outcome: Sendable {
        let lines: [Line]
        let by: String
        let startedAt: Int64
        let endedAt: Int64
    }

    private let doors: Doors
    private let look: @Sendable (Subject) async -> [Line]
    private var outcomes: [Subject: Outcome] = [:]
    private var running: [Subject: Int64] = [:]
    static let waitMilliseconds: Int64 = 8_000, lookMilliseconds: Int64 = 50, keptMax = 200

    package init(doors: Doors, look: @escaping @Sendable (Subject) async -> [Line]) {
        (self.doors, self.look) = (doors, look)
    }

    func last(_ subject: Subject) -> Outcome? { outcomes[subject] }
    /// Since when one is under way.
    func since(_ subject: Subject) -> Int64? { running[subject] }

    /// Waits for it, but not for ever: true when it has ended.
    func run(_ subject: Subject, by person: String) async throws -> Bool {
        if running[subject] == nil {
            running[subject] = doors.now()
            // On its own: whoever asked may leave the page before it ends.
            Task { await carryOut(subject, by: person) }
        }
        for _ in 0..<(Self.waitMilliseconds / Self.lookMilliseconds) where running[subject] != nil {
            try await doors.sleep(.milliseconds(Self.lookMilliseconds))
        }
        return running[subject] == nil
    }

    private func carryOut(_ subject: Subject, by person: String) async {
        let start = running[subject] ?? doors.now()
        let lines = await look(subject)
        if outcomes.count >= Self.keptMax { outcomes.removeAll() }
        outcomes[subject] = Outcome(lines: lines, by: person, startedAt: start, endedAt: doors.now())
        running[subject] = nil
    }
}
