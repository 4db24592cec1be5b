import BureauDomain
import BureauVendors
import Logging

/// Acknowledges presses and forms within Slack's three seconds, however slow the database is: what takes longer goes
/// on, is tried again, and whoever pressed is told when nothing came of it.
package struct SlackPressDoor: Sendable {
    let desk: SlackFrontDesk
    static let failed = "Something went wrong inside Bureau, and nothing was decided. Please try again in a moment."
    private static let backoff = Backoff(seconds: [1, 2, 4, 8])

    package init(desk: SlackFrontDesk) { self.desk = desk }

    /// The text of an error for a form's field, or nil when Slack gets an empty answer.
    package func answer(_ interaction: SlackInteraction, from team: SlackTeam) async -> String? {
        await TimedAnswer(doors: desk.doors).of(
            { await take(interaction, from: team) }, late: nil,
            follow: { text in
                // The form is closed by now.
                if let text { await desk.write(text, to: interaction.user.id, team) }
            })
    }

    private func take(_ interaction: SlackInteraction, from team: SlackTeam) async -> String? {
        for tries in 0...Self.backoff.seconds.count {
            do { return try await desk.take(interaction, from: team) } catch {
                desk.logger.error("a press in Slack could not be carried out", metadata: ["why": "\(error)"])
                guard let wait = Self.backoff.milliseconds(tries: tries, doors: desk.doors),
                    (try? await desk.doors.sleep(.milliseconds(wait))) != nil
                else { break }
            }
        }
        if interaction.type == "view_submission" { return Self.failed }
        desk.tell(Self.failed, interaction, team)
        return nil
    }
}
