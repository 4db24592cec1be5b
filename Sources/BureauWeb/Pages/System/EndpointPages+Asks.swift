import BureauDomain
import BureauEngine
import Hummingbird

/// The pages that ask before something is done to an endpoint.
extension EndpointPages {
    private func crumbs(_ endpoint: EndpointRecord, _ verb: String) -> [Link] {
        [
            Link(word: "System", address: "/system/"), Link(word: "Endpoints", address: Self.place + "/"),
            Link(word: String(endpoint.id.prefix(10)), address: Self.address(endpoint)), Link(word: verb),
        ]
    }

    func askToRotate(_ web: WebRequest) async throws -> Response {
        let endpoint = try await find(web)
        return try await house.page(
            ConfirmPage(
                question: "Replace the secret?", about: endpoint.url, crumbs: crumbs(endpoint, "Replace the secret"),
                effect:
                    "A new secret is made and shown once. For a day both sign what it is told; after that only the new.",
                reach: "Whoever runs the program there has to be given the new one within the day.",
                undo: "Not possible: the former secret ends. Another one can be made at any time.",
                action: Self.address(endpoint) + "rotate", verb: "Replace the secret",
                back: Link(word: "Keep the secret", address: Self.address(endpoint))
            ).page, web)
    }

    func askToDisable(_ web: WebRequest) async throws -> Response {
        let endpoint = try await find(web)
        let waiting = try await house.endpoints.announcements(endpoint.id, state: .pending, limit: Self.logShown)
        let count = waiting.count == Self.logShown ? "\(Self.logShown) or more" : "\(waiting.count)"
        return try await house.page(
            ConfirmPage(
                question: "Disable this endpoint?", about: endpoint.url, crumbs: crumbs(endpoint, "Disable"),
                effect: "It is told nothing more, and what waits to be told is given up: \(count) now. Its log stays.",
                reach: "The program there no longer learns of changes.",
                undo: "Enable it: it is told again from then on, and what was given up can be told once more.",
                action: Self.address(endpoint) + "disable", verb: "Disable", tone: "danger",
                back: Link(word: "Keep it active", address: Self.address(endpoint))
            ).page, web)
    }

    func askToTellAgain(_ web: WebRequest) async throws -> Response {
        let endpoint = try await find(web), event = web.query("event") ?? ""
        let given = try await house.endpoints.announcements(endpoint.id, state: .givenUp, limit: EndpointDesk.logMax)
        guard let one = given.first(where: { $0.eventID == event }) else {
            throw PageProblem.conflict(
                "This was not given up, or is not in the log any more.",
                fix: "Open the endpoint: its log says what was.")
        }
        return try await house.page(
            ConfirmPage(
                question: "Tell it once more?", about: "\(one.kind), \(one.eventID)",
                crumbs: crumbs(endpoint, "Tell it once more"),
                effect: "It is sent to \(endpoint.url) as if it had never been tried, with new tries.",
                cost: "Nothing: no session is opened.", reach: "The program there, which may act on it.",
                undo: "Not possible once it was told.", action: Self.address(endpoint) + "again",
                verb: "Tell it once more", fields: [Field("event", "", .hidden, value: one.eventID)],
                back: Link(word: "Leave it", address: Self.address(endpoint))
            ).page, web)
    }

    func askToRemove(_ web: WebRequest) async throws -> Response {
        let endpoint = try await find(web)
        return try await house.page(
            ConfirmPage(
                question: "Remove this endpoint?", about: endpoint.url, crumbs: crumbs(endpoint, "Remove"),
                effect: "It is told nothing more, and its delivery log is deleted with it.",
                reach: "The program there no longer learns of changes.",
                undo: "This cannot be undone. Disabling keeps the log.", action: Self.address(endpoint) + "remove",
                verb: "Remove endpoint", tone: "danger", back: Link(word: "Keep it", address: Self.address(endpoint))
            ).page, web)
    }
}
