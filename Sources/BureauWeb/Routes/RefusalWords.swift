import BureauDomain
import BureauEngine
import HTTPTypes

/// What a refusal says on a page and in a problem document.
struct RefusalWords {
    var status: HTTPResponse.Status
    var title: String
    var detail: String
    var fix: String
    /// When it may be tried again, where that is known.
    var waitSeconds: Int? = nil
    /// The field that has to be mended.
    var field: String? = nil
    /// Where it is mended, when not in the form that was sent.
    var place: String? = nil
}

extension RefusalWords {
    init(_ problem: PageProblem, _ web: WebRequest) {
        self =
            switch problem {
            case .notSignedIn: Self.notSignedIn
            case .forbidden(let role?): Self.needs(role, web.visitor?.person.role)
            case .forbidden(nil): Self.mayOnlyRead
            case .needsToken: Self.needsToken
            case .outside: Self.outside(web.remoteAddress)
            case .formOver: Self.formOver
            case .notFound: Self.notFound
            case .badRequest(let detail):
                Self(status: .badRequest, title: "Not understood", detail: detail, fix: "Change it and try again.")
            case .conflict(let detail, let fix):
                Self(status: .conflict, title: "Changed meanwhile", detail: detail, fix: fix)
            case .unprocessable(let detail, let fix, let field):
                Self(status: .unprocessableContent, title: "Not done", detail: detail, fix: fix, field: field)
            case .mendedElsewhere(let detail, let fix, let place):
                Self(status: .unprocessableContent, title: "Not done", detail: detail, fix: fix, place: place)
            case .gone(let detail, let fix):
                Self(status: .gone, title: "Not there any more", detail: detail, fix: fix)
            case .tooLarge: Self.tooLarge
            case .tooMany(let minutes): Self.tooMany(minutes: minutes)
            case .busy(let seconds): Self.busy(seconds: seconds)
            }
    }

    // MARK: Who may

    private static let notSignedIn = Self(
        status: .unauthorized, title: "Not authorized",
        detail: "The request carries no session and no valid token.",
        fix: "Send Authorization: Bearer with the API_TOKEN or a token of your own from the settings page.")

    private static func needs(_ role: Role, _ own: Role?) -> Self {
        Self(
            status: .forbidden, title: "This needs another role",
            detail: "It is for the role \(role.word) and above; yours is \(own?.word ?? "unknown").",
            fix: "Ask an admin, who can change it on the Users page.")
    }

    private static let mayOnlyRead = Self(
        status: .forbidden, title: "This token may only read", detail: "Its scope is \"read\".",
        fix: "Use a token with the scope \"write\".")

    private static let needsToken = Self(
        status: .forbidden, title: "This needs a token",
        detail: "A browser's session may only look at the API. Nothing was changed.",
        fix: "Send Authorization: Bearer with a token from the settings page, or use the pages' own forms.")

    private static func outside(_ address: String) -> Self {
        Self(
            status: .forbidden, title: "Not from here",
            detail: "Bureau is only open to the office's addresses; you come from \(address).",
            fix:
                "Use the office network or its VPN, or ask whoever runs the server to add the address to OFFICE_ADDRESSES."
        )
    }

    // MARK: What was asked

    private static let formOver = Self(
        status: .forbidden, title: "This form is too old",
        detail: "It was not made for the session that sent it. Nothing was changed.",
        fix: "Open the page again and send the form from there.")

    private static let notFound = Self(
        status: .notFound, title: "Nothing here",
        detail: "There is no such page, or it is about a client you do not see.",
        fix: "Check the address, or search for a run, client, task or agent.")

    private static let tooLarge = Self(
        status: .contentTooLarge, title: "Too much at once",
        detail: "A form takes at most \(WebGate.formBytesMax / 1_024) KiB. Nothing was changed.",
        fix: "Shorten the text.")

    // MARK: How often

    private static func tooMany(minutes: Int) -> Self {
        Self(
            status: .tooManyRequests, title: "Too many tries",
            detail: "Too many sign-ins have failed for this account or from this address.",
            fix: "Wait \(minutes) minutes, then try again, or ask an admin for a one-time link.",
            waitSeconds: minutes * 60)
    }

    private static func busy(seconds: Int) -> Self {
        Self(
            status: .serviceUnavailable, title: "Too many at once",
            detail: "As many downloads as the server makes at once are on their way. Nothing is lost.",
            fix: "Ask for it again in \(seconds) seconds.", waitSeconds: seconds)
    }
}
