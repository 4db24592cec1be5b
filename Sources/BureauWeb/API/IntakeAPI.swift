import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird

/// Whether new work starts, for programs.
struct IntakeAPI: Sendable {
    let house: WebHouse
    private static let tag = "system"
    private static let reason: APIShape = .object(
        [.optional("reason", .line(0...IntakeDesk.reasonCharactersMax), "Kept in the audit log.")], isOpen: false)

    var routes: [Route] {
        [
            .operation(
                house, .get, "/intake", .operator,
                as: .init(
                    name: "getIntake", tag: Self.tag, summary: "Whether new work starts, and how much waits.",
                    answer: .one(.named("Intake")))
            ) { _ in .one(try await house.intake.status().document) },
            change(
                .paused, "pause", "pauseIntake",
                "Start nothing new. Signals are accepted and kept; what has begun goes on."
            ),
            change(
                .draining, "drain", "drainIntake",
                "Start nothing new, and take up nothing that waits for people, until nothing is in hand."),
            change(.open, "resume", "resumeIntake", "Let what waits go on, once each."),
        ]
    }

    private func change(_ mode: IntakeMode, _ verb: String, _ name: String, _ summary: String) -> Route {
        .operation(
            house, .post, "/intake/\(verb)", .operator,
            as: .init(
                name: name, tag: Self.tag, summary: summary, answer: .one(.named("Intake")), body: Self.reason)
        ) { call in
            let (after, _) = try await house.intake.set(
                mode, by: call.web.actor(), reason: call.text("reason") ?? "")
            house.wake()
            return .one(after.document)
        }
    }
}
