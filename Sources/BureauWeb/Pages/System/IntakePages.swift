import BureauDomain
import BureauEngine
import Hummingbird

/// Pausing, draining and opening the intake: one page that asks, and the form behind it.
struct IntakePages: Sendable {
    let house: WebHouse
    static let place = "/intake"
    /// Of a mode in addresses and forms.
    static let verbs: [(word: String, mode: IntakeMode)] = [
        ("pause", .paused), ("drain", .draining), ("resume", .open),
    ]

    var routes: [Route] {
        [
            .page(Self.place, .operator) { try await show($0) },
            .page(Self.place + "/:verb", .operator) { try await ask($0) },
            .action(Self.place + "/:verb", .operator) { try await act($0) },
        ]
    }

    /// What may be done now, as links to the page that asks.
    static func links(_ mode: IntakeMode, style: String = "button") -> [Link] {
        verbs.filter { $0.mode != mode }.map {
            Link(word: $0.mode.verb, address: "\(place)/\($0.word)", style: style)
        }
    }

    private func mode(_ web: WebRequest) throws -> (word: String, mode: IntakeMode) {
        guard let found = Self.verbs.first(where: { $0.word == web.parameter("verb") }) else {
            throw PageProblem.notFound
        }
        return found
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let status = try await house.intake.status(), clock = house.clock
        var page = Page(title: "Intake", heading: "Intake")
        page.chip = Self.chip(status)
        page.lead = "Whether new work starts. In every case signals are accepted, kept and answered."
        page.links = Self.links(status.mode)
        let record = status.record
        page.blocks = [
            Block(
                facts: Facts([
                    Facts.Fact(name: "Waiting to begin", value: status.waitingWord),
                    Facts.Fact(name: "In work", value: "\(status.inHand)"),
                    record.changedAt == 0
                        ? nil
                        : Facts.Fact(
                            name: "Changed", told: "\(record.changedAt, clock.absolute) by \(record.changedBy)"),
                    Facts.Fact(name: "Reason", value: record.reason),
                    (try web.signedIn().person.role >= .engineer)
                        ? Facts.Fact(
                            name: "Earlier changes", value: "Audit log", address: "/system/audit-log/?subject=intake")
                        : nil,
                ]))
        ]
        return try await house.page(page, web)
    }

    static func chip(_ status: IntakeStatus) -> Chip {
        switch status.mode {
        case .open: Chip(glyph: "●", word: "Open", tone: "ok")
        case .paused: Chip(glyph: "‖", word: "Paused", tone: "warn")
        case .draining where status.isEmpty: Chip(glyph: "○", word: "Drained", tone: "warn")
        case .draining: Chip(glyph: "◐", word: "Draining", tone: "warn")
        }
    }

    private func ask(_ web: WebRequest) async throws -> Response {
        let (word, mode) = try mode(web)
        let status = try await house.intake.status()
        guard status.mode != mode else { return .seeOther(Self.place + "/") }
        var page = confirm(word, mode, status).page
        page.crumbs = [Link(word: "Intake", address: Self.place + "/"), Link(word: mode.verb)]
        return try await house.page(page, web)
    }

    private func confirm(_ word: String, _ mode: IntakeMode, _ status: IntakeStatus) -> ConfirmPage {
        let about = "\(status.inHand) in work, \(status.waitingWord)"
        let back = Link(word: "Leave it as it is", address: Self.place + "/"), action = "\(Self.place)/\(word)"
        let reach = "Everybody: each page says so, with your name."
        return switch mode {
        case .paused:
            ConfirmPage(
                question: "Pause the intake?", about: about,
                effect: "Nothing new starts. Signals are accepted and kept, schedules and sweeps hold. "
                    + "Runs that have begun go on to their end.",
                reach: reach, undo: "Resume lets all that waited start, once each.", action: action,
                verb: mode.verb, back: back)
        case .draining:
            ConfirmPage(
                question: "Drain the server?", about: about,
                effect: "Nothing new starts, and what waits for people is not taken up again. What is in work ends or "
                    + "comes to rest; then System says that nothing is left, and the server may be stopped.",
                reach: reach + " /ready answers that this server is not ready.",
                undo: "Resume lets everything go on where it was.", action: action, verb: mode.verb, back: back)
        case .open:
            ConfirmPage(
                question: "Resume the intake?", about: about,
                effect: "What waits starts, within the usual limits. Schedules and sweeps look at what came due.",
                cost: status.waiting == 0 ? nil : "Each run that starts may cost up to its own limit.",
                undo: "The intake can be paused again; what has started by then goes on.", action: action,
                verb: mode.verb, back: back)
        }
    }

    private func act(_ web: WebRequest) async throws -> Response {
        let (word, mode) = try mode(web)
        guard ConfirmPage.isConfirmed(web) else { return .seeOther("\(Self.place)/\(word)") }
        let (after, isNew) = try await house.intake.set(mode, by: web.actor(), reason: ConfirmPage.reason(web) ?? "")
        house.wake()
        let notice =
            switch (mode, isNew) {
            case (.open, true): "The intake is open. \(after.waitingWord)."
            case (.open, false): "It was open already."
            case (_, true): "Done. What waits is kept; resume lets it go on."
            case (_, false): "It was so already, by \(after.record.changedBy)."
            }
        return try await house.done(notice, Self.place + "/", web)
    }
}
