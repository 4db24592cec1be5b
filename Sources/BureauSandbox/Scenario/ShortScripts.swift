import Foundation

/// Scripts for one peculiarity each.
struct ShortScripts {
    let brief: Brief
    init(_ brief: Brief) { self.brief = brief }

    private static let tokens = Usage.Tokens(input: 900, output: 350, cacheRead: 12_000, cacheWrite: 1_500)

    func steps(_ scenario: ScenarioName) -> [Step] {
        switch scenario {
        case .fails:
            [
                hello, .error(type: "unknown_error", message: "The session cannot go on.", retry: "terminal"),
                .finish(.terminated),
            ]
        case .terminated: [hello, .finish(.terminated)]
        case .exhausted:
            [
                hello, overloaded("retrying"), overloaded("retrying"), overloaded("exhausted"),
                .finish(.retriesExhausted),
            ]
        case .refusal: [say("I cannot help with this request."), .finish(.refusal)]
        case .requiresAction: withCalls((1...brief.settings.asks).map(publish), "Published after approval.")
        case .subAgents: subAgents
        case .subAgentTool: subAgentTool
        case .customTool: withCalls((1...brief.settings.asks).map(lookUp), "The client's record is noted.")
        case .readsArtifact: withCalls(readSections, "The earlier figures are taken into account.")
        case .silent: [hello, .silence, .finish(.endTurn)]
        case .noFiles: [hello, look, .finish(.endTurn)]
        case .manyFiles: [hello] + manyFiles + [.finish(.endTurn)]
        case .hostileNames: [hello] + Self.hostileNames.map { file($0) } + [.finish(.endTurn)]
        case .hugeEvents: [hello, huge, report, .finish(.endTurn)]
        case .rescheduled:
            [hello, overloaded("retrying"), .rescheduled, say("Back at work."), report, .finish(.endTurn)]
        case .unknownEvents: unknown
        case .sentinel, .catalyst, .drops, .slowDrip, .runaway, .toolLoop: []
        }
    }

    /// Spends about ten cents a request, without end.
    var runaway: AnySequence<Step> {
        let tokens = Usage.Tokens(input: 4_000, output: 6_000, cacheRead: 150_000, cacheWrite: 8_000)
        let first = brief.client.websiteURL
        return AnySequence(
            sequence(first: 1) { $0 + 1 }.lazy.map { round -> Step in
                .request(
                    [
                        .message("Looking once more, round \(round)."),
                        .call(.fetch("\(first)/?round=\(round)", "200 OK, 48,112 bytes")),
                    ], tokens)
            })
    }

    /// Asks the client for the same thing without end, about six cents a time.
    var toolLoop: AnySequence<Step> {
        let tokens = Usage.Tokens(input: 2_000, output: 3_000, cacheRead: 90_000, cacheWrite: 4_000)
        return AnySequence(
            sequence(first: 1) { $0 + 1 }.lazy.map { round -> Step in .request([.call(lookUp(round))], tokens) })
    }

    private var hello: Step { say("Starting on \(brief.client.name).") }
    private var look: Step {
        .request([.thinking, .call(.fetch(brief.client.websiteURL, "200 OK, 31,904 bytes"))], Self.tokens)
    }
    private var report: Step { file("report-\(brief.client.id).md") }
    private func publish(_ number: Int) -> ToolCall {
        .mcp(
            "google-business", "publish_post",
            ["location": .string(brief.client.name), "text": "Offer \(number): ask for a free quote."],
            "Published.", asks: true)
    }
    private func lookUp(_ number: Int) -> ToolCall {
        ToolCall(
            kind: .custom, name: "lookup_client",
            input: ["client_id": .string(brief.client.id), "part": .int(number)], result: "")
    }

    /// One call for what the kickoff names, one for an artifact nobody told it of.
    private var readSections: [ToolCall] {
        func told(_ name: String) -> String {
            guard let start = brief.text.range(of: " \(name)=\"")?.upperBound else { return "" }
            return String(brief.text[start...].prefix { $0 != "\"" && $0 != "," })
        }
        return [(told("artifact"), told("files")), ("01NOSUCHARTIFACT0000000000", "report.md")].map { artifact, file in
            ToolCall(
                kind: .custom, name: "read_artifact_section",
                input: [
                    "artifact": .string(artifact), "file": .string(file), "section": "overall_score",
                ], result: "")
        }
    }

    private func say(_ text: String) -> Step { .request([.thinking, .message(text)], Self.tokens) }

    private func file(_ name: String) -> Step {
        let text = "# \(brief.client.name)\n\nWritten in round \(brief.turn) for the file “\(name)”.\n"
        return .file(OutputFile(name: name, mimeType: "text/markdown", bytes: Array(text.utf8)))
    }

    private func overloaded(_ retry: String) -> Step {
        .error(type: "model_overloaded_error", message: "The model is overloaded.", retry: retry)
    }

    private func withCalls(_ calls: [ToolCall], _ after: String) -> [Step] {
        [
            hello, .request([.thinking] + calls.map { .call($0) }, Self.tokens), say(after), report,
            .finish(.endTurn),
        ]
    }

    private var subAgents: [Step] {
        let tokens = Self.tokens
        return [
            hello,
            .delegate(
                SubAgent(
                    name: "researcher", model: "claude-haiku-4-5", task: "Look at the site of \(brief.client.name).",
                    pieces: [.thinking, .call(.fetch(brief.client.websiteURL, "200 OK, 31,904 bytes"))],
                    answer: "The site is up; the price list is two years old.", tokens: tokens)),
            .delegate(
                SubAgent(
                    name: "publisher", model: "claude-opus-5-5", task: "Publish the offer.",
                    pieces: [.call(publish(1))],
                    answer: "The offer is taken care of.", tokens: tokens)),
            say("Both parts are done."), report, .finish(.endTurn),
        ]
    }

    private var subAgentTool: [Step] {
        [
            hello,
            .delegate(
                SubAgent(
                    name: "researcher", model: "claude-haiku-4-5", task: "Look up \(brief.client.name).",
                    pieces: [.thinking, .call(lookUp(1))],
                    answer: "Went on without the record.", tokens: Self.tokens)),
            say("The research is done."), report, .finish(.endTurn),
        ]
    }

    private var manyFiles: [Step] {
        (1...45).map { number in file("pages/page-\(number < 10 ? "0" : "")\(number).md") }
    }

    static let hostileNames = [
        "../../etc/passwd", "/absolute.md", "nested/deeper/report.md", "report.md", "report.md", "REPORT.MD",
        "naïve résumé – 東京.md", "..", "con.txt", " leading space.md", "line\nbreak.md",
        "<script>alert(1)</script>.html",
        "back\\slash.md", String(repeating: "long-", count: 60) + ".md", "\u{202E}dm.exe", ".hidden",
    ]

    /// One result of several megabytes whose text is not ASCII, so that pieces of it end inside characters.
    private var huge: Step {
        let unit = "Öffnungszeiten – 東京 – \u{1F6F0}\u{FE0F} – “quoted”\u{2028}next "
        let count = max(1, brief.settings.hugeBytes / unit.utf8.count)
        return .request(
            [.call(.bash("cat crawl.log", String(repeating: unit, count: count)))], Self.tokens)
    }

    private var unknown: [Step] {
        [
            hello,
            .event(
                "agent.daydreamed", ["about": "electric sheep", "depth": 3, "nested": ["list": [1, 2.5, nil, true]]]),
            .event("session.mood_changed", ["mood": ["type": "brisk"]]),
            .event("workflow_run.created", ["workflow_run_id": "wfr_1"]),
            report, .finish(.endTurn),
        ]
    }
}
