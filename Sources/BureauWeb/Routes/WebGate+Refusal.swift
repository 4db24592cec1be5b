import BureauDomain
import BureauEngine
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// A no in the words of whoever has to act on it: the same sentence on a page and in a problem document.
extension WebGate {
    func refusal(_ error: any Error, _ surface: Route.Surface, _ web: WebRequest) async -> Response {
        if let answer = error as? APIProblem {
            return answer.response(from: web.head, context: web.context)
        }
        if case PageProblem.notSignedIn(let place) = error, surface == .page {
            let back = place.map { "?next=" + WebRequest.escaped($0) } ?? ""
            return .seeOther("/login" + back)
        }
        let words = words(for: error, web)
        guard surface == .page, let page = try? await page(words, web) else { return problem(words, web) }
        return page
    }

    private func words(for error: any Error, _ web: WebRequest) -> RefusalWords {
        switch error {
        case let problem as PageProblem: return RefusalWords(problem, web)
        case let refused as RunDesk.Refused:
            let status: HTTPResponse.Status = refused.kind == .notFound ? .notFound : .conflict
            return RefusalWords(
                status: status, title: "Not done", detail: sentence(refused.description),
                fix: "Nothing was changed. Open the run to see what it is doing now.")
        case let refused as PeopleDesk.Refused:
            return RefusalWords(
                status: .unprocessableContent, title: "Not done", detail: sentence(refused.description),
                fix: refused.listed.map { "The list of \($0) has those there are." } ?? sentence(refused.fix))
        case let refused as ClientDesk.Refused:
            return RefusalWords(
                status: refused.isConflict ? .conflict : .unprocessableContent, title: "Not done",
                detail: sentence(refused.description), fix: sentence(refused.fix))
        case let refused as ArtifactDesk.Refused: return words(refused)
        case let refused as PDFPress.Refused:
            return RefusalWords(
                status: refused.kind.status, title: "No PDF", detail: sentence(refused.description),
                fix: sentence(refused.fix), waitSeconds: refused.kind == .busy ? 60 : nil)
        case let refused as EndpointDesk.Refused:
            return RefusalWords(
                status: refused.isMissing ? .notFound : .unprocessableContent, title: "Not done",
                detail: sentence(refused.description), fix: sentence(refused.fix))
        case let error as HTTPError:
            return RefusalWords(
                status: error.status, title: "Not taken", detail: error.body ?? "The request cannot be read.",
                fix: "Go back and try once more.")
        default: return failed(error, web)
        }
    }

    /// What nobody foresaw: the log has it under the reference that is told.
    private func failed(_ error: any Error, _ web: WebRequest) -> RefusalWords {
        let reference = house.doors.makeID()
        logger.error(
            "a page failed",
            metadata: ["reference": "\(reference)", "path": "\(web.head.uri.path)", "why": "\(error)"])
        return RefusalWords(
            status: .internalServerError, title: "This page could not be made",
            detail: "The server could not finish it. What was saved before stays saved. Reference \(reference).",
            fix: "Load the page again. If it stays so, give the reference to whoever runs the server: it is in the log."
        )
    }

    /// The desk's own advice is for the command line.
    private func words(_ refused: ArtifactDesk.Refused) -> RefusalWords {
        let (status, fix): (HTTPResponse.Status, String) =
            switch refused.kind {
            case .notFound, .ambiguous: (.notFound, "Look for it in the Report Library.")
            case .notNow: (.conflict, "Nothing was changed. Open the report again: it shows where it stands now.")
            case .damaged: (.internalServerError, "Tell whoever runs the server: a backup has the file.")
            case .tooLarge: (.contentTooLarge, "Download the files one by one.")
            }
        return RefusalWords(status: status, title: "Not done", detail: sentence(refused.description), fix: fix)
    }

    private func page(_ words: RefusalWords, _ web: WebRequest) async throws -> Response {
        var page = Page(title: words.title, heading: words.title)
        page.status = words.status.code
        page.blocks = [
            Block(callout: Callout(tone: "warn", title: words.detail, fix: words.fix, isAlert: true))
        ]
        if let again = again(words, web) {
            page.blocks.append(again)
            let wrong = again.forms.flatMap(\.fields).first { $0.problem != nil }
            page.blocks[0].callout?.link = wrong.map { Link(word: "Go to \($0.label)", address: "#\($0.id)") }
        }
        if let place = words.place { page.blocks[0].callout?.link = Link(word: "Mend it there", address: place) }
        // On a phone the one above all pages is inside the closed menu.
        if words.status == .notFound, web.visitor?.session != nil {
            let sought = Field("q", "Run, client, task, report, agent or address", .line(type: "search"))
            page.blocks.append(Block(filters: Filters(action: "/search", fields: [sought], verb: "Search")))
        }
        page.links = [Link(word: "Go to Today", address: "/", style: "button")]
        var response = try await house.page(page, web)
        if let seconds = words.waitSeconds { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }

    static let againFieldsMax = 60, againCharactersMax = 20_000

    /// What was written, to be mended and sent again: nothing is typed twice. Passwords are. What came too late is shown,
    /// to be read and copied: sent once more it would be refused once more.
    private func again(_ words: RefusalWords, _ web: WebRequest) -> Block? {
        let isLate = words.status == .conflict || words.place != nil
        let isOwn = words.status == .unprocessableContent || words.status == .badRequest || isLate
        let given = web.form.fields.filter { !["form_token", "form_key", "token", "next"].contains($0.key) }
        guard isOwn, web.head.method == .post, web.visitor?.session != nil, !given.isEmpty,
            given.count <= Self.againFieldsMax,
            given.values.reduce(0, { $0 + $1.count }) <= Self.againCharactersMax
        else { return nil }
        let fields = given.sorted { $0.key < $1.key }.map { Self.written($0.key, $0.value, words, isLate: isLate) }
        let written = fields.filter { !$0.isHidden }
        guard !written.isEmpty else { return nil }
        guard !isLate else {
            let told = Facts(written.map { Facts.Fact(name: $0.label, value: $0.value) })
            return told.facts.isEmpty ? nil : Block(heading: "What you wrote", facts: told)
        }
        return Block(
            heading: "What you wrote", forms: [Form(action: web.head.uri.path, verb: "Send it again", fields: fields)])
    }

    private static func written(_ name: String, _ value: String, _ refusal: RefusalWords, isLate: Bool) -> Field {
        let words = name.replacing("_", with: " ").replacing("-", with: " ").capitalizedFirst
        let label = ClientActions.fact(name)?.label ?? words
        if name.contains("password") { return Field(name, label, .line(type: "password"), isRequired: true) }
        // A box, a button or an id that came with the form stays as it was.
        let unseen =
            ["do", "decision", "version", "tab", "contact", "event", StartPages.looked]
            + (isLate ? ChangePages.unread : ChangePages.carried)
        let isChosen = value == "yes" || name.hasPrefix(Picks.box) || unseen.contains(name)
        if isChosen { return Field(name, "", .hidden, value: value) }
        return Field(
            name, label, value.count > 60 || value.contains(where: \.isNewline) ? .long : .line(type: "text"),
            value: value,
            problem: name == refusal.field ? refusal.detail : nil)
    }

    private func problem(_ words: RefusalWords, _ web: WebRequest) -> Response {
        let body = JSONValue.object(
            JSONObject([
                ("type", .string("about:blank")), ("title", .string(words.title)),
                ("status", .number(JSONNumber(words.status.code))), ("detail", .string(words.detail)),
                ("instance", .string(web.head.uri.path)), ("fix", .string(words.fix)),
            ]))
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if words.status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if let seconds = words.waitSeconds { headers[.retryAfter] = "\(seconds)" }
        return Response(
            status: words.status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body.pretty)))
    }

    private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
