import BureauDomain
import BureauEngine
import Hummingbird

/// What a run was given to work on. Its page shows the beginning of it; each has a page of its own with all of it.
struct RunInput: Sendable {
    let house: WebHouse
    static let shownBytes = 2_048

    enum Part: String, CaseIterable {
        case payload, request

        var word: String {
            switch self {
            case .payload: "Payload"
            case .request: "What the agent was told first"
            }
        }
    }

    var routes: [Route] {
        Part.allCases.map { part in
            .page("/runs/:id/\(part.rawValue)", .viewer, .run) { try await show(part, $0) }
        }
    }

    /// Without credentials; nil where there is none, or none any more.
    func text(_ part: Part, of run: RunRecord) -> String? {
        switch part {
        case .payload:
            run.payload.flatMap { try? JSONValue.parse(Array($0.utf8)) }.map { Outgoing.clean($0).pretty }
        case .request: TimelineView(house: house, run: run).log?.firstRequest()
        }
    }

    /// As the run's page has it: all of what is short, else its beginning and where the rest is.
    func block(_ part: Part, of run: RunRecord) -> Block? {
        guard let text = text(part, of: run) else { return nil }
        var block = Block(disclosure: Disclosure(summary: part.word, body: text))
        if let cut = Self.cut(text) {
            block.disclosure?.body = cut + "…"
            let size = Words.bytes(Int64(text.utf8.count))
            block.links = [Link(word: "Show all \(size)", address: "/runs/\(run.id)/\(part.rawValue)/")]
        }
        return block
    }

    /// Nil for what fits. Ends between two characters.
    static func cut(_ text: String) -> String? {
        guard text.utf8.count > shownBytes else { return nil }
        var end = text.utf8.index(text.startIndex, offsetBy: shownBytes)
        while end > text.startIndex, String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }

    private func show(_ part: Part, _ web: WebRequest) async throws -> Response {
        let run = try web.theRun(), words = house.words(run)
        guard let text = text(part, of: run) else {
            throw PageProblem.gone(
                part == .payload ? "This run has no payload." : "What the agent was told first is not kept any more.",
                fix: "Open the run: its own history, summary, cost and files are still there.")
        }
        var page = Page(title: part.word, heading: part.word)
        page.lead = words.title
        page.crumbs = [
            Link(word: "Runs", address: "/runs/"), Link(word: "run \(run.id.prefix(10))", address: words.address),
            Link(word: part.word),
        ]
        page.blocks = [Block(disclosure: Disclosure(summary: "Without credentials", body: text, isOpen: true))]
        return try await house.page(page, web)
    }
}
