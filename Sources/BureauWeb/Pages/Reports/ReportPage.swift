import BureauDomain
import BureauEngine
import Hummingbird

/// One report: what it says, what it rests on, where it came from, and the decision about it.
struct ReportPage {
    let house: WebHouse
    let found: ArtifactDesk.Page
    private var report: ArtifactRecord { found.artifact }
    private var words: ReportWords { house.words(report) }
    private var clock: PageClock { house.clock }
    /// The others are behind More.
    private static let linksBesideMax = 2

    static func routes(_ house: WebHouse) -> [Route] {
        [
            .page("/reports/:id", .viewer, .report) { web in
                let found = try await house.reports.page(try web.theReport().id)
                return try await ReportPage(house: house, found: found).show(web)
            },
            .page("/reports/:id/data.json", .viewer, .report) { web in
                let found = try await house.reports.page(try web.theReport().id)
                return RunPages.json(found.document(house.reports.exclusion(found.artifact)))
            },
        ]
    }

    private func show(_ web: WebRequest) async throws -> Response {
        let visitor = try web.signedIn()
        let feedback = try await house.runs.feedback(report.runID)
        var page = Page(title: "\(words.chip.glyph) \(words.title)", heading: words.title, chip: words.chip)
        page.lead = [
            words.client, report.kind, words.period, "version \(report.version)", "\(report.visibility.rawValue) only",
        ].filter { !$0.isEmpty && $0 != "client only" }.joined(separator: " · ")
        page.printed = clock.printed([words.client, words.period, "report \(report.id)"])
        page.crumbs = [
            Link(word: "Reports", address: "/reports/"),
            Link(word: words.client, address: report.clientSlug.map { "/reports/?client=\($0)" }),
            Link(word: words.title),
        ]
        let links = links()
        page.links = Array(links.prefix(Self.linksBesideMax))
        page.more = More(copied: report.id, shared: shared, links: Array(links.dropFirst(Self.linksBesideMax)))
        page.blocks = callouts() + decisions(visitor.person) + [Block(tabs: tabs(feedback))]
        if let main = found.files.first(where: { $0.role == .report }) ?? found.files.first {
            var block = ReportViewer.block(report.id, main)
            (block.id, block.heading) = ("report", main.name)
            page.blocks.append(block)
        }
        let others = try await ReportCompare.others(of: found, house, web)
        let asker = try await house.part("Who asked for it", or: AskerWords(found.run.requestedBy, nil)) {
            try await house.asker(found.run)
        }
        page.blocks += [evidence(), files(), provenance(asker.value)] + [asker.lost].compactMap(\.self)
        page.blocks += [versions(others), said(feedback)]
        page.blocks += withdrawal(visitor.person)
        return try await house.page(page, web)
    }

    private var shared: String? { house.site.publicURL.map { $0 + words.address } }

    private func links() -> [Link] {
        var links = [Link(word: "Open run", address: "/runs/\(report.runID)/", style: "button")]
        if !found.files.isEmpty {
            links.append(
                Link(word: "Download all", address: words.address + "files.zip", style: "button"))
        }
        if let task = found.run.taskURL, task.hasPrefix("https://") || task.hasPrefix("http://") {
            links.append(Link(word: "Open task", address: task, style: "button"))
        }
        // What it took the place of, by its run's rounds.
        if let before = found.versions.first(where: { $0.supersededBy == report.id }) {
            links.append(Link(word: "Supersedes v\(before.version)", address: "/reports/\(before.id)/"))
        }
        return links + [Link(word: "API", address: words.address + "data.json")]
    }

    private func callouts() -> [Block] {
        var callouts: [Callout] = []
        if let newer = report.supersededBy {
            callouts.append(
                Callout(
                    tone: "warn", title: "A newer version counts in its place.",
                    link: Link(word: "Open the newer one", address: "/reports/\(newer)/")))
        } else if let exclusion = words.exclusion, report.state.counts {
            callouts.append(
                Callout(tone: "warn", title: "No other work builds on it: \(Outgoing.clean(exclusion.sentence))."))
        }
        if let reason = report.reason, report.state == .dismissed {
            let who = report.decidedBy.map { "Dismissed by \(Outgoing.clean($0))" } ?? "Dismissed"
            callouts.append(Callout(tone: "info", title: "\(who): \(Outgoing.clean(reason))"))
        }
        return callouts.map { Block(callout: $0) }
    }

    /// What this person may decide now; the same moves as on the task and on the command line.
    private func decisions(_ person: PersonRecord) -> [Block] {
        let forms = ReportActions(house: house).forms(for: found, person)
        guard !forms.isEmpty, !report.state.counts else { return [] }
        let mayAccept = ReportDecision(house: house).mayAccept(report, person)
        let refusal = Callout(
            tone: "idle", title: "Accepting is for those the agent's config names.",
            text: "They do it on the task, by their names there; here an operator or above can.")
        return [
            Block(
                id: "decide", heading: "Your decision", style: "waits",
                text: !mayAccept
                    ? nil
                    : found.run.state == .inReview
                        ? "Accepting finishes the run and delivers what waited for it. Requesting changes starts another "
                            + "round in the same session; the text goes to the agent as you write it."
                        : "Accepting lets other work build on it.",
                callout: mayAccept ? nil : refusal, forms: forms)
        ]
    }

    /// One that counts already can only be taken back.
    private func withdrawal(_ person: PersonRecord) -> [Block] {
        let forms = ReportActions(house: house).forms(for: found, person)
        guard !forms.isEmpty, report.state.counts else { return [] }
        return [
            Block(
                id: "withdraw", heading: "Take it back",
                text: "Other work no longer builds on a dismissed report. What was delivered stays where it is.",
                forms: forms)
        ]
    }

    private func tabs(_ feedback: [FeedbackRecord]) -> Tabs {
        Tabs(
            label: "Parts of this report",
            tabs: [
                Link(word: "Report", address: "#report"), Link(word: "Evidence", address: "#evidence"),
                Link(word: "Files", address: "#files", count: "\(found.files.count)"),
                Link(word: "Provenance", address: "#provenance"),
                Link(word: "Versions", address: "#versions", count: "\(found.versions.count)"),
                Link(word: "Feedback", address: "#feedback", count: "\(feedback.count)"),
            ])
    }

    private func evidence() -> Block {
        guard let capsule = EvidenceCapsule(document: report.capsuleDocument) else {
            return Block(
                id: "evidence", heading: "Evidence", emptyText: "The run left no evidence capsule that can be read.")
        }
        func lines(_ name: String, _ texts: [String]) -> Facts.Fact {
            Facts.Fact(name: name, value: texts.joined(separator: "; "))
        }
        let sources = capsule.sources.map { source in
            source.name + (source.url.map { " (\($0))" } ?? "")
                + (source.retrievedAt.map { ", fetched \(Self.day($0))" } ?? "")
        }
        let facts = Facts(
            [
                Facts.Fact(name: "Period", value: capsule.period?.words ?? "none"), lines("Sources", sources),
                lines("Findings", capsule.findings), lines("Warnings", capsule.warnings),
                lines("Not available", capsule.missing),
            ])
        return Block(
            id: "evidence", heading: "Evidence", facts: facts,
            table: Table(
                "Key figures, as the run wrote them down", Table.columns("Figure", "Value"),
                capsule.figures.map { [Table.Cell(text: $0.name), Table.Cell(text: $0.value)] },
                empty: "No key figures."))
    }

    /// The day of a moment as a source wrote it.
    private static func day(_ moment: String) -> String {
        CivilDate(day: moment.prefix(10))?.words(hasYear: true) ?? moment
    }

    private var fileColumns: [Table.Column] {
        let isPrinted = found.files.contains { house.pdfs.address(report.id, $0.name) != nil }
        return Table.columns("Name", "Part", "#Size", "SHA-256", "Download") + (isPrinted ? Table.columns("PDF") : [])
    }

    private func printed(_ file: ArtifactFileRecord) -> Table.Cell {
        let address = house.pdfs.address(report.id, file.name)
        return Table.Cell(text: address == nil ? "" : "PDF", address: address)
    }

    private func files() -> Block {
        Block(
            id: "files", heading: "Files (\(found.files.count))",
            table: Table(
                "Each as it was stored", fileColumns,
                found.files.map { file in
                    [
                        Table.Cell(text: file.name, address: ReportViewer.address(report.id, file.name)),
                        Table.Cell(text: file.role.rawValue), Table.Cell(text: Words.bytes(file.sizeBytes)),
                        Table.Cell(text: file.sha256, isCode: true),
                        Table.Cell(
                            text: "Download", address: ReportViewer.address(report.id, file.name, "download")),
                        printed(file),
                    ]
                }, empty: "It has no files."))
    }

    private func provenance(_ asker: AskerWords) -> Block {
        let told = found.access.filter { $0.refused == nil }.compactMap(\.artifactID)
        return Block(
            id: "provenance", heading: "Provenance",
            facts: Facts([
                Facts.Fact(name: "Report", value: report.id, isCode: true, isCopied: true),
                shared.map { Facts.Fact(name: "Link to share", value: $0, isCode: true, isCopied: true) },
                Facts.Fact(name: "Run", value: report.runID, address: "/runs/\(report.runID)/", isCode: true),
                Facts.Fact(
                    name: "Agent", value: "\(house.agentName(report.agent)) v\(report.agentVersion)",
                    address: "/agents/\(report.agent)/"),
                Facts.Fact(name: "Config", value: "\(report.configHash.prefix(16))…", isCode: true),
                report.model.map { Facts.Fact(name: "Model", value: Outgoing.clean($0)) },
                report.sessionID.map { Facts.Fact(name: "Session", value: $0, isCode: true) },
                report.payloadHash.map { Facts.Fact(name: "Input", value: "\($0.prefix(16))…", isCode: true) },
                report.channel.map { Facts.Fact(name: "Channel", value: $0) },
                Facts.Fact(
                    name: "Asked for by", value: Outgoing.clean(asker.told(from: house.words(found.run).source))),
                report.decidedBy.map { Facts.Fact(name: "Decided by", value: Outgoing.clean($0)) },
                Facts.Fact(name: "Built on", value: Set(told).sorted().joined(separator: ", ")),
                Facts.Fact(name: "Reusable", value: words.reuse),
            ]),
            table: Table(
                "Where it was delivered", Table.columns("Channel", "What", "Delivered"),
                found.deliveries.map { delivery in
                    [
                        Table.Cell(
                            text: delivery.channel,
                            address: delivery.link.flatMap { $0.hasPrefix("https://") ? $0 : nil }),
                        Table.Cell(text: Outgoing.clean(delivery.subject)),
                        Table.Cell(
                            text: clock.moment(delivery.deliveredAt), iso: PageClock.iso(delivery.deliveredAt)),
                    ]
                }, empty: "It has not been delivered anywhere."))
    }

    private func versions(_ others: [ArtifactRecord]) -> Block {
        let rounds = Set(found.versions.map(\.id)), elsewhere = others.filter { !rounds.contains($0.id) }
        let asked = Dictionary(found.revisions.map { ($0.round, $0) }, uniquingKeysWith: { $1 })
        return Block(
            id: "versions", heading: "Versions (\(found.versions.count))",
            text: elsewhere.isEmpty
                ? nil : "Other runs have made \(elsewhere.count) of the same kind for the same period.",
            table: Table(
                "Each round of the same run", Table.columns("Round", "Status", "Made", "Because", "Compare"),
                found.versions.map { version in
                    let because = (asked[version.round]?.comments ?? []).map {
                        "\(Outgoing.clean($0.author)): \(Outgoing.clean($0.text))"
                    }
                    return [
                        Table.Cell(
                            text: version.id == report.id ? "\(version.round) (this one)" : "\(version.round)",
                            address: "/reports/\(version.id)/"),
                        Table.Cell(text: "", chip: ReportWords.chip(version.state)),
                        Table.Cell(text: clock.moment(version.createdAt), iso: PageClock.iso(version.createdAt)),
                        Table.Cell(text: because.isEmpty ? "the first" : because.joined(separator: " / ")),
                        version.id == report.id
                            ? Table.Cell(text: "")
                            : Table.Cell(text: "What changed", address: compare(version)),
                    ]
                }, empty: ""),
            links: elsewhere.first.map { [Link(word: "Compare with another run's", address: compare($0))] } ?? [])
    }

    private func compare(_ other: ArtifactRecord) -> String { "/reports/\(report.id)/compare?with=\(other.id)" }

    private func said(_ feedback: [FeedbackRecord]) -> Block {
        Block(
            id: "feedback", heading: "Feedback (\(feedback.count))",
            table: Table(
                "What people wrote about this run's results, and what became of it",
                Table.columns("Who", "Round", "Said", "Taken as", "By", "When"),
                feedback.map { comment in
                    [
                        Table.Cell(text: Outgoing.clean(comment.author)), Table.Cell(text: "\(comment.round)"),
                        Table.Cell(text: String(Outgoing.clean(comment.text).prefix(1_000))),
                        Table.Cell(
                            text: "\(comment.kind.replacing("_", with: " ")), \(comment.outcome.words)"),
                        Table.Cell(text: "\(comment.classifier), \(comment.confidence) % sure"),
                        Table.Cell(text: clock.moment(comment.writtenAt), iso: PageClock.iso(comment.writtenAt)),
                    ]
                }, empty: "Nobody has written anything about it."))
    }
}
