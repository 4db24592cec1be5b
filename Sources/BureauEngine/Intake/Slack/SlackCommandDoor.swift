import BureauDomain
import BureauVendors
import Logging
import Synchronization

/// Answers a command within Slack's three seconds. What takes longer goes on after "working on it", and its answer
/// follows through the address that came with the command.
package struct SlackCommandDoor: Sendable {
    let desk: SlackCommandDesk
    /// Slack shows a failure after three seconds.
    static let answerMilliseconds = 2_000
    static let later = "Working on it; the answer follows here. If none comes within a minute, type it once more."
    static let failed = "Something went wrong inside Bureau. Nothing was started; try again in a moment."

    package init(desk: SlackCommandDesk) { self.desk = desk }

    /// The same for the people of this workspace.
    package func of(_ team: SlackTeam) -> SlackCommandDoor { SlackCommandDoor(desk: desk.of(team)) }

    package func answer(_ request: SlackCommandRequest) async -> String {
        let (answers, answer) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(1))
        let isLate = Late()
        // Both unstructured: the request is answered by whichever is first, and the work goes on past that.
        Task {
            let text = await carryOut(request)
            if isLate.workEnded() { await follow(text, request) } else { answer.yield(text) }
        }
        let clock = Task {
            guard (try? await desk.parts.doors.sleep(.milliseconds(Self.answerMilliseconds))) != nil else { return }
            if isLate.timeEnded() { answer.yield(Self.later) }
        }
        defer { clock.cancel() }
        for await text in answers { return text }
        return Self.later
    }

    /// Which of the two was first.
    private final class Late: Sendable {
        private let first = Mutex<Bool?>(nil)
        /// True when the time was over before.
        func workEnded() -> Bool {
            first.withLock { first in
                first = first ?? false
                return first == true
            }
        }
        /// True when the work was not done before.
        func timeEnded() -> Bool {
            first.withLock { first in
                first = first ?? true
                return first == true
            }
        }
    }

    private func carryOut(_ request: SlackCommandRequest) async -> String {
        do { return try await desk.carryOut(request) } catch {
            desk.parts.logger.error(
                "a Slack command failed", metadata: ["command": "\(request.command)", "why": "\(error)"])
            return Self.failed
        }
    }

    private func follow(_ text: String, _ request: SlackCommandRequest) async {
        guard let slack = desk.parts.connections.slack, let address = request.responseURL else { return }
        do { try await slack.respond(text, to: address) } catch {
            desk.parts.logger.warning("a Slack command could not be answered", metadata: ["why": "\(error)"])
        }
    }
}
