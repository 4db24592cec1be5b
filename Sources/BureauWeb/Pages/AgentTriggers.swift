import BureauDomain
import BureauEngine

/// What starts an agent: each way with whether it is on, and what has to be pasted where.
struct AgentTriggers {
    let house: WebHouse
    let config: AgentConfig
    private var triggers: AgentConfig.Triggers { config.triggers }
    private var place: String { house.site.publicURL ?? "https://YOUR-HOST" }

    /// Somebody or something can start it.
    var isOn: Bool {
        triggers.clickUp != nil || triggers.asana != nil || triggers.slackCommand != nil || triggers.manualCLI
            || triggers.schedules.contains(where: \.isEnabled)
    }

    static func chip(_ isOn: Bool) -> Chip {
        isOn ? Chip(glyph: "✓", word: "On", tone: "ok") : Chip(glyph: "–", word: "Off", tone: "idle")
    }

    /// In a few words, for a list.
    var words: String {
        var words: [String] = []
        if let clickUp = triggers.clickUp { words.append("ClickUp status \"\(clickUp.status)\"") }
        if let asana = triggers.asana {
            words.append("Asana task in project \(asana.projects.joined(separator: ", "))")
        }
        if triggers.slackCommand != nil { words.append("Slack") }
        if triggers.schedules.contains(where: \.isEnabled) { words.append("schedule") }
        if triggers.manualCLI { words.append("by hand") }
        return words.joined(separator: ", ")
    }

    func block() -> Block {
        let ways: [(String, Bool, String)] = [
            (
                "ClickUp", triggers.clickUp != nil,
                triggers.clickUp.map { "status \"\($0.status)\" in list \($0.listID)" } ?? ""
            ),
            ("Asana", triggers.asana != nil, triggers.asana.map(Self.words) ?? ""),
            (
                "Slack command", triggers.slackCommand != nil,
                triggers.slackCommand.map { "/\(config.name) \($0.verb) CLIENT" } ?? ""
            ),
            ("By hand", triggers.manualCLI, triggers.manualCLI ? "Start a run, the API, bureau run" : ""),
        ]
        let clocks = triggers.schedules.map { schedule in
            ("Schedule \(schedule.name)", schedule.isEnabled, "\(schedule.rule.text), \(schedule.zone.text) time")
        }
        return Block(
            id: "triggers", heading: "What starts it", facts: addresses,
            table: Table(
                "Ways to start this agent", Table.columns("Trigger", "On", "Which"),
                (ways + clocks).map { way in
                    [
                        Table.Cell(text: way.0), Table.Cell(text: "", chip: Self.chip(way.1)), Table.Cell(text: way.2),
                    ]
                }, empty: ""))
    }

    private static func words(_ asana: AsanaTrigger) -> String {
        let sections = asana.sections.isEmpty ? "" : ", section \(asana.sections.joined(separator: " or "))"
        return "assigned to user \(asana.assigneeID) in project \(asana.projects.joined(separator: ", "))\(sections)"
    }

    /// What is pasted into the tools; Asana's webhooks are made by a command, which gives each its own secret address.
    private var addresses: Facts? {
        func pasted(_ name: String, _ value: String) -> Facts.Fact {
            Facts.Fact(name: name, value: value, isCode: true, isCopied: true)
        }
        let facts = Facts(
            [
                triggers.clickUp.map { _ in pasted("Into ClickUp", "\(place)/webhook/\(config.name)") },
                triggers.slackCommand.map { _ in pasted("Into Slack, commands", "\(place)/slack/commands") },
                triggers.slackCommand.map { _ in pasted("Into Slack, buttons", "\(place)/slack/interactions") },
            ]
                + (triggers.asana?.projects ?? []).prefix(Self.projectsShownMax).map { project -> Facts.Fact? in
                    pasted("For Asana, run", "bureau webhooks register asana --project \(project)")
                })
        return facts.facts.isEmpty ? nil : facts
    }

    private static let projectsShownMax = 10
}
