/// What an artifact rests on, small enough to stand in a prompt: the period, the sources, the key figures, what to
/// be careful about and what was not there. Everything in it has passed the `Sanitiser` and is bounded.
package struct EvidenceCapsule: Hashable, Sendable {
    package struct Source: Hashable, Sendable {
        package var name: String
        package var url: String?
        package var retrievedAt: String?

        package init(name: String, url: String? = nil, retrievedAt: String? = nil) {
            (self.name, self.url, self.retrievedAt) = (name, url, retrievedAt)
        }
    }

    package struct Figure: Hashable, Sendable {
        package var name: String
        /// As it is to be read: "71 of 100", "1240".
        package var value: String

        package init(name: String, value: String) { (self.name, self.value) = (name, value) }
    }

    package static let schema = "bureau-capsule/1"
    /// Of each list.
    package static let itemsMax = 40
    package static let textCharactersMax = 300

    package var kind: String
    package var period: ArtifactPeriod?
    package var sources: [Source] = []
    package var figures: [Figure] = []
    /// The most urgent findings, "P1 Fix the phone number".
    package var findings: [String] = []
    package var warnings: [String] = []
    package var missing: [String] = []

    package init(kind: String, period: ArtifactPeriod? = nil) { (self.kind, self.period) = (kind, period) }

    package var document: JSONValue {
        var members: [(String, JSONValue)] = [
            ("schema", .string(Self.schema)), ("kind", .string(kind)),
            ("period", period.map { ["from": .string($0.from), "to": .string($0.to)] } ?? .null),
            (
                "sources",
                .array(
                    sources.map { source in
                        .object(
                            JSONObject(
                                [
                                    ("name", .string(source.name)), ("url", source.url.map { .string($0) } ?? .null),
                                    ("retrieved_at", source.retrievedAt.map { .string($0) } ?? .null),
                                ].filter { $0.1 != .null }))
                    })
            ),
            ("key_figures", .array(figures.map { ["name": .string($0.name), "value": .string($0.value)] })),
        ]
        if !findings.isEmpty { members.append(("findings", .array(findings.map { .string($0) }))) }
        members.append(("warnings", .array(warnings.map { .string($0) })))
        members.append(("missing", .array(missing.map { .string($0) })))
        return .object(JSONObject(members))
    }

    /// Reads what `document` wrote. Nil for anything else.
    package init?(document: JSONValue) {
        guard document["schema"]?.string == Self.schema, let kind = document["kind"]?.string else { return nil }
        self.init(kind: kind)
        self = CapsuleReader.fill(self, from: document)
    }
}
