import BureauDomain
import BureauEngine

/// Where somebody is signed in, and the tokens that act for them: on their own page, and on an admin's.
struct AccessBlocks: Sendable {
    let house: WebHouse
    /// Forms lead below it: "/settings" or "/users/NAME".
    let place: String
    private var clock: PageClock { house.clock }

    func sessions(_ person: PersonRecord, this: String?) async throws -> Block {
        let sessions = try await house.people.sessions(person.id)
        let name = this == nil ? "\(person.displayName) is" : "you are"
        return Block(
            id: "sessions", heading: "Where \(name) signed in",
            table: Table(
                "Sessions end after \(SignIn.idleHours) hours without use, and after \(SignIn.absoluteDays) days at the latest",
                Table.columns("Begun", "Last used", "From", "With"),
                sessions.map {
                    [
                        Table.Cell(text: clock.absolute($0.createdAt) + ($0.id == this ? " (this one)" : "")),
                        Table.Cell(text: clock.moment($0.seenAt), iso: PageClock.iso($0.seenAt)),
                        Table.Cell(text: $0.remoteAddress),
                        Table.Cell(text: String($0.userAgent.prefix(60))),
                    ]
                }, empty: "Nowhere."),
            forms: sessions.filter { $0.id != this }.map {
                Form(
                    action: "\(place)/sessions/\($0.id)/end",
                    verb: "Sign out the one begun \(clock.absolute($0.createdAt))", tone: "", style: "form row")
            })
    }

    func tokens(_ person: PersonRecord, with more: [Form] = []) async throws -> Block {
        let tokens = try await house.people.tokens(person.id)
        return Block(
            id: "tokens", heading: "API tokens",
            table: Table(
                "Keys for programs that act as \(person.displayName)",
                Table.columns("Label", "Scope", "Made", "Last used", "Status"),
                tokens.map {
                    let isOn = $0.revokedAt == nil && $0.expiresAt ?? .max > clock.now()
                    return [
                        Table.Cell(text: $0.label), Table.Cell(text: $0.scope.rawValue),
                        Table.Cell(text: clock.absolute($0.createdAt)),
                        Table.Cell(text: $0.usedAt.map(clock.moment) ?? "never", iso: $0.usedAt.map(PageClock.iso)),
                        Table.Cell(text: isOn ? "works" : "revoked or over"),
                    ]
                }, empty: "There are no tokens."),
            links: [Link(word: "What programs can ask (OpenAPI)", address: OpenAPIDocument.place)],
            forms: tokens.filter { $0.revokedAt == nil }.map {
                Form(
                    action: "\(place)/tokens/\($0.id)/revoke", verb: "Revoke \"\($0.label)\"", tone: "danger",
                    style: "form row")
            } + more)
    }
}
