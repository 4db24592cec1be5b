import BureauDomain
import BureauStorage
import BureauVendors

/// How a run and all it has started ended, told once: in the run's thread and on its task.
struct FamilySummary: Sendable {
    let parts: EngineParts

    /// Nil when the surface is not connected.
    func write(_ step: StepRecord, run: RunRecord, agent: LoadedAgent?) async throws -> (any OutboundWrite)? {
        guard agent?.config.fanOut?.tellsSummary ?? true else { return AlreadyShown() }
        let lines = try await lines(run)
        switch step.channel {
        case .slack:
            guard let slack = parts.connections.slack else { return nil }
            guard let thread = try await NoticePlace(parts: parts).thread(of: run.id, for: step) else {
                return AlreadyShown()
            }
            return SlackPost(
                slack: slack, message: Self.slack(lines, run, thread, mark: step.id), mark: step.id,
                since: step.sentSince)
        case .clickUp, .asana:
            guard let tool = parts.connectedTool(of: run), let task = run.taskID else { return nil }
            return tool.comment(Self.task(lines, run), on: task, mark: WriteMark(step))
        case .anthropic, .googleDrive, .folder: return nil
        }
    }

    struct Line: Sendable {
        let run: RunRecord
        let name: String
        let links: DeliveryLinks
        var cost: String { run.spentMethod == "no_price" ? "cost unknown" : "\(MicroUSD(rawValue: run.spentMicroUSD))" }
    }

    private func lines(_ run: RunRecord) async throws -> [Line] {
        let children = try await parts.database.read { try RunChildStore(db: $0).children(of: run.id) }
        var lines: [Line] = []
        for child in children {
            let steps = try await parts.database.read { try StepStore(db: $0).list(run: child.id, purpose: .delivery) }
            let name = try await parts.catalog.version(child.configHash)?.config.displayName
            lines.append(Line(run: child, name: name ?? child.agent, links: DeliveryLinks(steps)))
        }
        return lines
    }

    private static func total(_ lines: [Line], _ run: RunRecord) -> String {
        MicroUSD(rawValue: lines.reduce(run.spentMicroUSD) { $0 + $1.run.spentMicroUSD })
            .sum(isLacking: run.isUnpriced || lines.contains { $0.run.isUnpriced })
    }

    private static func title(_ lines: [Line]) -> String {
        if lines.count == 1 { return "The run it started: \(lines[0].run.state.word.lowercased())" }
        let good = lines.count { $0.run.state == .done }
        return good == lines.count
            ? "All \(lines.count) runs it started are done" : "\(good) of \(lines.count) runs it started are done"
    }

    private static func slack(_ lines: [Line], _ run: RunRecord, _ thread: SlackPosted, mark: String) -> SlackMessage {
        let texts = lines.map { line in
            let links = [line.links.report, line.links.folder].compactMap { $0 }.map {
                SlackText.link($0.url, $0.label)
            }
            let why = line.run.cause.map { "\n   \(SlackText.escape($0.sentence))" } ?? ""
            return "• *\(SlackText.escape(line.name))* \(line.run.state.word) · \(line.cost) · run `\(line.run.id)`"
                + (links.isEmpty ? "" : "\n   \(links.joined(separator: " · "))") + why
        }
        return SlackMessage(
            channel: thread.channel, text: title(lines),
            blocks: [
                .section(text: "*\(title(lines))*"), .section(text: texts.joined(separator: "\n")),
                .context(["\(total(lines, run)) in all, this run included"]),
            ],
            metadata: .init(eventType: SlackMessages.eventType, payload: ["step": .string(mark)]), threadTS: thread.ts)
    }

    private static func task(_ lines: [Line], _ run: RunRecord) -> WorkText {
        var parts: [WorkText.Part] = [.bold(title(lines)), .newline]
        for line in lines {
            let why = line.run.cause.map { ". \($0.sentence)" } ?? ""
            parts += [.text("\(line.name): \(line.run.state.word), \(line.cost), run \(line.run.id)\(why)"), .bullet]
            for link in [line.links.report, line.links.folder].compactMap({ $0 }) {
                parts += [.link(link.label, url: link.url), .bullet]
            }
        }
        return WorkText(parts + [.text("\(total(lines, run)) in all, run \(run.id) included"), .newline])
    }
}
