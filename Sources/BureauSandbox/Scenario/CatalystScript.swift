/// Content Catalyst: a content brief for one client, in a handful of requests.
struct CatalystScript {
    let brief: Brief
    init(_ brief: Brief) { self.brief = brief }

    private var client: ClientPayload { brief.client }
    private static let tokens = Usage.Tokens(input: 1_100, output: 620, cacheRead: 14_000, cacheWrite: 1_900)

    var steps: [Step] {
        let outputs = "/mnt/session/outputs/content-brief-\(client.id)"
        let research = client.keywords.prefix(5).map { keyword in
            Step.request(
                [.thinking, .call(.search("\(keyword) \(client.cities[0])", "10 results; 3 local packs, 2 guides"))],
                Self.tokens)
        }
        let writing = Step.request(
            [
                .message("Writing the brief."), .call(.write(outputs + ".md", bytes: markdown.utf8.count)),
                .call(.write(outputs + ".json", bytes: json.bytes.count)),
            ], Self.tokens)
        let opening =
            brief.turn == 1 ? "Reading what \(client.name) offers." : "Taking up the remarks on the last round."
        return [.request([.thinking, .message(opening), .call(.fetch(client.websiteURL, "200 OK"))], Self.tokens)]
            + research + [writing]
            + [
                .file(
                    OutputFile(
                        name: "content-brief-\(client.id).md", mimeType: "text/markdown", bytes: Array(markdown.utf8))),
                .file(
                    OutputFile(
                        name: "content-brief-\(client.id).json", mimeType: "application/json", bytes: Array(json.bytes))
                ),
                .request([.message("The content brief for \(client.name) is ready.")], Self.tokens),
                .finish(.endTurn),
            ]
    }

    private var topic: String { "\(client.services.first ?? client.keywords[0]) in \(client.cities[0])" }

    private var sections: [(title: String, points: [String])] {
        [
            (
                "Who it is for",
                ["People in \(client.cities.joined(separator: ", ")) who compare two or three providers."]
            ),
            ("Questions to answer", client.keywords.map { "What does “\($0)” cost, and how long does it take?" }),
            ("What sets the client apart", ["Named staff, dated photos, and prices as ranges."]),
            ("Links to place", ["The service page, the booking page, one page per city."]),
        ]
    }

    var markdown: String {
        var lines = ["# Content brief: \(topic)", "", "Client: \(client.name) · Round \(brief.turn)", ""]
        for section in sections {
            lines += ["## \(section.title)", ""] + section.points.map { "- \($0)" } + [""]
        }
        return lines.joined(separator: "\n")
    }

    var json: JSON {
        [
            "schema": "content-brief/1", "client_id": .string(client.id), "client_name": .string(client.name),
            "topic": .string(topic), "round": .int(brief.turn),
            "sections": .array(
                sections.map { section in
                    ["title": .string(section.title), "points": .array(section.points.map { .string($0) })]
                }),
            "target_words": 1_200, "keywords": .array(client.keywords.map { .string($0) }),
        ]
    }
}
