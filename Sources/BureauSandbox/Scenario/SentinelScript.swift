/// SEO Sentinel: a local audit in five modules, about 300 events.
struct SentinelScript {
    let brief: Brief
    let report: AuditReport
    init(_ brief: Brief) {
        self.brief = brief
        report = AuditReport(client: brief.client, at: brief.startedAt, round: brief.turn, remark: brief.text)
    }

    private var client: ClientPayload { brief.client }

    var steps: [Step] {
        var requests: [[Step.Piece]] = [
            [.thinking, .message("I have the payload for \(client.name) and will work through five modules.")]
        ]
        for (index, module) in AuditModule.allCases.enumerated() {
            let calls = SentinelTools(client: client).calls(for: module)
            let opening = Step.Piece.message("Starting module \(index + 1) of 5: \(module.title).")
            for (position, pair) in stride(from: 0, to: calls.count, by: 2).enumerated() {
                let group = calls[pair..<min(pair + 2, calls.count)].map { Step.Piece.call($0) }
                requests.append([.thinking] + (position == 0 ? [opening] : []) + group)
            }
            requests.append([.message("Module \(index + 1) of 5 done: \(module.title) scores \(module.score)/100.")])
        }
        return spend(on: requests) + closing(saying: "The audit of \(client.name) is complete. Overall Score: 71/100.")
    }

    /// A shorter turn that answers a reviewer and writes both files again.
    var revision: [Step] {
        let requests: [[Step.Piece]] = [
            [.thinking, .message("Taking up the remarks in round \(brief.turn).")],
            [.thinking, .call(.bash("python3 audit.py --recheck", "40 findings checked again, 0 changed"))],
        ]
        return spend(on: requests) + closing(saying: "Round \(brief.turn) of the audit of \(client.name) is ready.")
    }

    /// Each request reads a little more from the cache than the one before, as a growing conversation does.
    private func spend(on requests: [[Step.Piece]]) -> [Step] {
        requests.enumerated().map { index, pieces in
            .request(
                pieces,
                Usage.Tokens(
                    input: 380 + index * 9, output: 260 + (index * 37) % 300, cacheRead: 9_000 + index * 650,
                    cacheWrite: 900 + (index * 53) % 400))
        }
    }

    private func closing(saying text: String) -> [Step] {
        let path = "/mnt/session/outputs/sentinel-audit-\(client.id)"
        let json = Array(report.json.bytes)
        let markdown = Array(report.markdown.utf8)
        return [
            .request(
                [
                    .thinking, .call(.write(path + ".json", bytes: json.count)),
                    .call(.write(path + ".md", bytes: markdown.count)),
                ], Usage.Tokens(input: 620, output: 9_400, cacheRead: 44_000, cacheWrite: 2_100)),
            .file(OutputFile(name: "sentinel-audit-\(client.id).json", mimeType: "application/json", bytes: json)),
            .file(OutputFile(name: "sentinel-audit-\(client.id).md", mimeType: "text/markdown", bytes: markdown)),
            .request([.message(text)], Usage.Tokens(input: 210, output: 160, cacheRead: 46_000, cacheWrite: 300)),
            .finish(.endTurn),
        ]
    }
}
