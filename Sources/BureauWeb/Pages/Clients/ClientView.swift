import BureauDomain
import BureauEngine

/// The blocks of one client's tabs.
struct ClientView {
    let profile: ClientDesk.Profile
    let readiness: ClientReadiness
    let mayEdit: Bool
    let clock: PageClock
    /// The last look at what the record names, if there was one since the server started.
    var check: Checkup.Outcome? = nil

    var slug: String { profile.record.slug }

    /// Where a fact is filled in.
    static func address(_ slug: String, _ fact: ClientFact) -> String {
        ClientTabs.address(slug, fact.home == .source ? .sources : .context) + "#fact-\(fact.field)"
    }

    static func text(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        if let list = value.array { return list.map { $0.string ?? $0.compact }.joined(separator: ", ") }
        return value.string ?? value.compact
    }

    func archived() -> [Block] {
        guard let at = profile.standing.archivedAt else { return [] }
        return [
            Block(
                callout: Callout(
                    tone: "warn", title: "This client is archived: no agent begins work for it.",
                    text: "\(profile.standing.archivedBy ?? "Somebody") put it away, \(clock.absolute(at)). "
                        + "Its record, runs and reports stay."),
                forms: mayEdit
                    ? [Form(action: "/clients/\(slug)/restore", verb: "Take out of the archive", tone: "")] : [])
        ]
    }

    // MARK: Overview

    func overview() -> [Block] {
        let missing = readiness.lines.filter(\.isMissing)
        return [
            Block(
                id: "missing", heading: "Missing (\(missing.count))",
                table: Table(
                    "What agents cannot begin without, and the record does not say",
                    Table.columns("Fact", "Needed by", "What it is"),
                    missing.map { line in
                        [
                            Table.Cell(text: line.fact.label, address: Self.address(slug, line.fact)),
                            Table.Cell(text: line.neededBy.joined(separator: ", ")), Table.Cell(text: line.fact.hint),
                        ]
                    }, empty: "Nothing is missing for any agent.",
                    note: missing.isEmpty ? nil : "What a task brings with it counts too, for that task alone.")),
            Block(
                heading: "Ready for",
                table: Table(
                    "Each agent, judged as it is before a run begins", Table.columns("Status", "Agent", "Missing"),
                    readiness.agents.map { agent in
                        let lacks =
                            agent.readiness.blockers
                            + agent.readiness.missing.map { ClientFact.named($0).label }
                        return [
                            Table.Cell(
                                text: "",
                                chip: agent.readiness.isReady
                                    ? Chip(glyph: "✓", word: "Ready", tone: "ok")
                                    : Chip(glyph: "✕", word: "Not ready", tone: "warn")),
                            Table.Cell(text: agent.title, address: "/agents/\(agent.name)/"),
                            Table.Cell(text: lacks.isEmpty ? "nothing" : lacks.joined(separator: ", ")),
                        ]
                    }, empty: "No agents yet.")),
        ] + (mayEdit && !profile.standing.isArchived ? [archiving] : [])
    }

    private var archiving: Block {
        Block(
            heading: "Archive",
            text: "When the work for a client ends. A page asks first.",
            forms: [Form(action: "/clients/\(slug)/archive/ask", verb: "Archive client…", tone: "danger")])
    }

    // MARK: Context

    func context() -> [Block] {
        let lines = readiness.lines.filter { $0.fact.home == .context }
        var block = Block(
            heading: "Context",
            table: Table(
                "What agents are told about this client", Table.columns("Fact", "Value", "Verified", "Who uses it"),
                lines.map { line in
                    [
                        Table.Cell(text: line.fact.label, address: "#fact-\(line.fact.field)"),
                        Table.Cell(text: Self.text(line.value)), Table.Cell(text: "", chip: verified(line)),
                        Table.Cell(text: Self.users(line)),
                    ]
                }, empty: ""))
        let contacts = profile.record.contacts.map {
            Facts.Fact(
                name: "Contact", value: [$0.name, $0.email, $0.slack].compactMap { $0 }.joined(separator: ", "))
        }
        if !contacts.isEmpty { block.facts = Facts(contacts) }
        return [block] + verifying(lines) + editing(lines, .context)
    }

    static func users(_ line: ClientReadiness.Line) -> String {
        let needs = line.neededBy.isEmpty ? "" : "needed by " + line.neededBy.joined(separator: ", ")
        let uses = line.usedBy.isEmpty ? "" : "used by " + line.usedBy.joined(separator: ", ")
        return [needs, uses].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    private func verified(_ line: ClientReadiness.Line) -> Chip {
        let field = line.fact.field, stored = profile.record.payload()[field]
        guard line.value != nil else {
            return line.isMissing
                ? Chip(glyph: "✕", word: "Missing", tone: "warn") : Chip(glyph: "–", word: "Not set", tone: "idle")
        }
        guard let check = profile.checks[field] else { return Chip(glyph: "○", word: "Not verified", tone: "idle") }
        guard check.holds(for: stored) else {
            return Chip(glyph: "!", word: "Changed since \(check.by) verified it", tone: "warn")
        }
        let told: TimedText = "\(check.by), \(check.at, clock.moment)"
        return Chip(glyph: "✓", word: told.words, tone: "ok", told: told)
    }

    private func verifying(_ lines: [ClientReadiness.Line]) -> [Block] {
        let open = lines.filter { line in
            guard line.value != nil else { return false }
            return profile.checks[line.fact.field]?.holds(for: profile.record.payload()[line.fact.field]) != true
        }
        guard mayEdit, !open.isEmpty else { return [] }
        return [
            Block(
                id: "verify", heading: "Verify a fact",
                text: "When you have made sure of it with the client. It counts until the fact changes.",
                forms: [
                    Form(
                        action: "/clients/\(slug)/verified", verb: "I have verified it",
                        fields: [
                            Field(
                                "field", "Fact",
                                .options(
                                    open.map {
                                        Field.Option(
                                            word: "\($0.fact.label): \(Self.text($0.value).prefix(60))",
                                            value: $0.fact.field)
                                    }))
                        ], tone: "")
                ])
        ]
    }

    func editing(_ lines: [ClientReadiness.Line], _ tab: ClientTabs.Tab) -> [Block] {
        guard mayEdit else {
            return [Block(text: "An admin changes these. What is missing stands on the overview, with who needs it.")]
        }
        let payload = profile.record.payload()
        let fields = lines.map { line in
            let value = payload[line.fact.field]
            let text = value?.array?.map { $0.string ?? $0.compact }.joined(separator: "\n") ?? Self.text(value)
            return Field(
                "fact.\(line.fact.field)", line.fact.label, line.fact.isLong ? .long : .line(type: "text"),
                value: text, hint: line.fact.hint, autocomplete: "off",
                isRequired: line.fact.field == "client_name", id: "fact-\(line.fact.field)")
        }
        return [
            Block(
                id: "edit", heading: "Edit",
                forms: [
                    Form(
                        action: "/clients/\(slug)/facts", verb: "Save",
                        fields: [
                            Field("version", "", .hidden, value: profile.standing.version),
                            Field("tab", "", .hidden, value: tab.rawValue),
                        ] + fields)
                ])
        ]
    }

    // MARK: Users

    func people(_ candidates: [PersonRecord]) -> [Block] {
        var blocks = [
            Block(
                heading: "Staff",
                table: Table(
                    "Who looks after this client", Table.columns("Name", "Duty", "Role", "Since"),
                    profile.staff.map { member in
                        [
                            Table.Cell(text: member.person.displayName), Table.Cell(text: member.duty.word),
                            Table.Cell(text: member.person.role.word),
                            Table.Cell(text: clock.moment(member.since), iso: PageClock.iso(member.since)),
                        ]
                    }, empty: "Nobody looks after it yet."))
        ]
        if mayEdit {
            let duties =
                StaffDuty.allCases.map { Field.Option(word: $0.word, value: $0.rawValue) }
                + [Field.Option(word: "No duty any more", value: "none")]
            blocks.append(
                Block(
                    id: "assign", heading: "Give a duty",
                    forms: [
                        Form(
                            action: "/clients/\(slug)/staff", verb: "Save duty",
                            fields: [
                                Field(
                                    "name", "User",
                                    .options(
                                        candidates.map { Field.Option(word: $0.displayName, value: $0.name) }),
                                    hint: "Those who may see this client."),
                                Field("duty", "Duty", .options(duties)),
                            ], tone: "")
                    ]))
        }
        return blocks + contacts()
    }
}
