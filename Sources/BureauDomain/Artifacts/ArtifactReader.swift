/// Reads the sections `artifacts` and `context`, which may be absent.
struct ArtifactReader {
    static let keys = [
        "kind", "title", "channel", "period", "report", "data", "capsule", "visibility", "stale_after_days",
        "supersedes",
    ]
    static let capsuleKeys = [
        "kinds", "channels", "periods", "max_count", "max_bytes", "max_age_days", "in_revisions", "section_reads",
    ]

    func artifacts(_ root: ConfigObject, agent: String?) -> ArtifactPolicy {
        let byDefault = ArtifactPolicy(kind: agent ?? "report")
        guard let object = root.object("artifacts", keys: Self.keys, required: false) else { return byDefault }
        let period = object.has("period") ? object.choice("period", ArtifactPolicy.PeriodRule.self) : nil
        let visibility = object.has("visibility") ? object.choice("visibility", ArtifactVisibility.self) : nil
        let days = object.whole("stale_after_days", 1...3_650, required: false)
        let supersedes =
            object.has("supersedes") ? object.choice("supersedes", ArtifactPolicy.Superseding.self) : nil
        return ArtifactPolicy(
            kind: object.text("kind", .slug, required: false) ?? byDefault.kind,
            title: object.text("title", .line(120), required: false),
            channel: object.text("channel", .slug, required: false), period: period ?? .month,
            reports: object.texts("report", .fileEnd, required: false) ?? byDefault.reports,
            data: object.texts("data", .fileEnd, required: false) ?? byDefault.data,
            capsule: object.texts("capsule", .fileEnd, required: false) ?? byDefault.capsule,
            visibility: visibility ?? .staff, staleAfterDays: days ?? byDefault.staleAfterDays,
            supersedes: supersedes)
    }

    /// `prompt` must say where the capsules go, and may only when they are asked for.
    func context(_ root: ConfigObject, prompt: Template?) -> ContextPolicy? {
        let isPlaced = prompt?.placeholders.contains("capsules") == true
        guard root.has("context") else {
            if isPlaced {
                root.problem(
                    "kickoff_template", "the placeholder {capsules} stands in the prompt, but \"context\" asks for none"
                )
            }
            return nil
        }
        guard
            let object = root.object("context", keys: ["capsules"])?.object("capsules", keys: Self.capsuleKeys)
        else { return nil }
        if !isPlaced, prompt != nil {
            root.problem("context", "the prompt does not say where the capsules go: it has no placeholder {capsules}")
        }
        let periods = object.texts("periods", .periodWish, required: false)
        return ContextPolicy(
            kinds: object.texts("kinds", .slug, required: false) ?? [],
            channels: object.texts("channels", .slug, required: false) ?? [],
            periods: periods.flatMap { $0.isEmpty ? nil : $0.compactMap(PeriodWish.init) } ?? [.any],
            countMax: object.whole("max_count", 1...ContextPolicy.countLimit, required: false)
                ?? ContextPolicy.countDefault,
            bytesMax: object.whole("max_bytes", 500...ContextPolicy.bytesLimit, required: false)
                ?? ContextPolicy.bytesDefault,
            ageDaysMax: object.whole("max_age_days", 1...3_650, required: false),
            inRevisions: object.flag("in_revisions") ?? false,
            sectionReadsMax: object.whole("section_reads", 0...ContextPolicy.sectionReadsLimit, required: false) ?? 0)
    }
}

extension TextRule {
    static let fileEnd = TextRule(
        expectation: "the beginning or the end of a file name, such as \".md\"", lengthMax: 100
    ) { text in
        !text.isEmpty && !text.contains("/") && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    static let periodWish = TextRule(
        expectation: "any, current, previous, or a month such as \"2026-10\"", lengthMax: 10
    ) { PeriodWish($0) != nil }
}
