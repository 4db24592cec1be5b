import BureauDomain
import BureauVendors
import Logging

/// Answers a command within Slack's three seconds. What takes longer goes on after "working on it", and its answer
/// follows through the address that came with the command.
package struct SlackCommandDoor: Sendable {
    let desk: SlackCommandDesk
    static let later = "Working on it; the answer follows here. If none comes within a minute, type it once more."
    static let failed = "Something went wrong inside Bureau. Nothing was started; try again in a moment."

    package init(desk: SlackCommandDesk) { self.desk = desk }

    /// The same for the people of this workspace.
    package func of(_ team: SlackTeam) -> SlackCommandDoor { SlackCommandDoor(desk: desk.of(team)) }

    package func answer(_ request: SlackCommandRequest) async -> String {
        await TimedAnswer(doors: desk.parts.doors).of(
            { await carryOut(request) }, late: Self.later, follow: { await follow($0, request) })
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
