/// The files a demo audit leaves, made from the client's own payload. The same input gives the same bytes.
struct AuditReport: Sendable {
    let client: ClientPayload
    let at: Moment
    let round: Int
    let remark: String

    static let overallScore = 71

    struct Priority: Sendable { let level: String, title: String, why: String, effort: String }

    var priorities: [Priority] {
        let home = client.cities[0]
        return [
            Priority(
                level: "P1", title: "Add 8 missing services to the business profile",
                why: "People filter by service; 8 of 17 cannot be found.", effort: "1 h"),
            Priority(
                level: "P1", title: "Fix the phone number in 6 directories",
                why: "Calls go to a number that is no longer answered.", effort: "3 h"),
            Priority(
                level: "P2", title: "Build \(client.cities.count) city pages for the service area",
                why: "Outside \(home) the site is not among the first ten.", effort: "1 day"),
            Priority(
                level: "P2", title: "Answer 11 open reviews", why: "Answered profiles are chosen more often.",
                effort: "2 h"),
            Priority(
                level: "P2", title: "Add structured data to 12 service pages",
                why: "Results show neither prices nor ratings.", effort: "3 h"),
            Priority(
                level: "P3", title: "Shorten 9 page titles", why: "They are cut after 60 characters.", effort: "1 h"),
        ]
    }

    var json: JSON {
        let start = at.adding(milliseconds: -90 * 86_400_000)
        return [
            "schema": "sentinel-audit/1", "round": .int(round), "generated_at": .string(at.text),
            "client": [
                "client_id": .string(client.id), "client_name": .string(client.name),
                "business_address": .string(client.address), "gbp_url": .string(client.profileURL),
                "website_url": .string(client.websiteURL), "service_area_cities": strings(client.cities),
                "seed_keywords": strings(client.keywords),
            ],
            "period": ["from": .string(String(start.text.prefix(10))), "to": .string(String(at.text.prefix(10)))],
            "overall_score": .int(Self.overallScore), "modules": .array(AuditModule.allCases.map(module)),
            "priorities": .array(
                priorities.map { item in
                    [
                        "priority": .string(item.level), "title": .string(item.title), "why": .string(item.why),
                        "effort": .string(item.effort),
                    ]
                }),
            "nap": nap, "competitors": competitors, "local_rank": ranks, "pages": pages,
            "sources": [
                ["name": "Business profile", "url": .string(client.profileURL), "retrieved_at": .string(at.text)],
                ["name": "Website", "url": .string(client.websiteURL), "retrieved_at": .string(at.text)],
                ["name": "24 directories", "url": nil, "retrieved_at": .string(at.text)],
                ["name": "Local rank grid, 9 points", "url": nil, "retrieved_at": .string(at.text)],
            ],
            "warnings": ["Demo data: written by the sandbox, not measured.", "2 of 24 directories could not be read."],
        ]
    }

    var markdown: String {
        var lines = [
            "# SEO audit: \(client.name)", "", "Overall Score: \(Self.overallScore)/100", "",
            "Client: \(client.name) · \(client.address) · Round \(round)", "",
        ]
        if round > 1 {
            lines += ["## Taken up in this round", "", "> " + remark.prefix(400).replacing("\n", with: "\n> "), ""]
        }
        lines += ["## Top priorities", ""] + priorities.map { "- **\($0.level)** \($0.title)" } + [""]
        for (index, module) in AuditModule.allCases.enumerated() {
            lines += ["## \(index + 1). \(module.title): \(module.score)/100", "", module.summary, ""]
            lines += ["| Finding | Severity | Found | Expected |", "| --- | --- | --- | --- |"]
            for finding in AuditTables.findings(module) {
                lines.append("| \(finding.title) | \(finding.severity) | \(finding.observed) | \(finding.expected) |")
            }
            lines.append("")
        }
        lines += ["## Warnings", "", "- Demo data: written by the sandbox, not measured.", ""]
        return lines.joined(separator: "\n")
    }

    private func strings(_ items: [String]) -> JSON { .array(items.map { .string($0) }) }
}
