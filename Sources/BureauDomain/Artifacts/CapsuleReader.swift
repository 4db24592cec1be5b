import Foundation

/// Reads a capsule from what a session left: its own capsule file when it wrote one, else its data file, else what
/// the report's text says. Agents name things in several ways; every name looked for is in this file.
package enum CapsuleReader {
    package static let bytesMax = 8 << 20

    package static func read(
        kind: String, capsule: [UInt8]?, data: [UInt8]?, report: [UInt8]?, missingFiles: [String]
    ) -> EvidenceCapsule {
        var result = EvidenceCapsule(kind: kind)
        for bytes in [capsule, data] {
            guard let bytes, let json = try? JSONValue.parse(bytes, bytesMax: bytesMax) else { continue }
            result = fill(result, from: json)
        }
        let summary = ReportSummary.read(json: data ?? capsule, markdown: report)
        if let score = summary.score, !result.figures.contains(where: { $0.name == "score" }) {
            result.figures.insert(.init(name: "score", value: "\(score) of \(summary.outOf)"), at: 0)
        }
        if let coverage = summary.coverage, !result.figures.contains(where: { $0.name == "coverage" }) {
            result.figures.append(.init(name: "coverage", value: "\(coverage) percent"))
        }
        if result.findings.isEmpty { result.findings = summary.priorities.map { line("\($0.rank) \($0.title)") } }
        if capsule != nil, data == nil, report == nil {
            result.warnings.append("Only a capsule was written, no report.")
        }
        for name in missingFiles { result.missing.append(line("The file \(name) never arrived.")) }
        return bounded(result)
    }

    /// Adds what `json` says to what is known already; what is known wins.
    static func fill(_ capsule: EvidenceCapsule, from json: JSONValue) -> EvidenceCapsule {
        var capsule = capsule
        let places = [json, json["evidence"], json["capsule"], json["summary"]].compactMap { $0 }
        func list(_ names: [String]) -> [JSONValue] {
            for place in places {
                for name in names { if let items = place[name]?.array, !items.isEmpty { return items } }
            }
            return []
        }
        if capsule.period == nil { capsule.period = places.lazy.compactMap { period($0["period"]) }.first }
        if capsule.sources.isEmpty { capsule.sources = list(["sources", "data_sources"]).compactMap(source) }
        if capsule.figures.isEmpty { capsule.figures = figures(places) }
        if capsule.findings.isEmpty { capsule.findings = texts(list(["findings"])) }
        if capsule.warnings.isEmpty { capsule.warnings = texts(list(["warnings", "caveats"])) }
        if capsule.missing.isEmpty {
            capsule.missing = texts(list(["missing", "not_available", "what_was_missing", "gaps"]))
        }
        return bounded(capsule)
    }

    private static func period(_ value: JSONValue?) -> ArtifactPeriod? {
        if let month = value?.string { return ArtifactPeriod(month: month) }
        guard let from = value?["from"]?.string ?? value?["start"]?.string,
            let to = value?["to"]?.string ?? value?["end"]?.string
        else { return nil }
        return ArtifactPeriod(from: from, to: to)
    }

    private static func source(_ value: JSONValue) -> EvidenceCapsule.Source? {
        if let name = value.string { return .init(name: line(name)) }
        guard let name = value["name"]?.string ?? value["source"]?.string ?? value["title"]?.string else { return nil }
        let link = value["url"]?.string.map { Sanitiser.clean(String($0.prefix(500))) }
        return .init(
            name: line(name), url: link, retrievedAt: (value["retrieved_at"] ?? value["at"])?.string.map(line))
    }

    /// `[{"name": …, "value": …, "unit": …}]` or `{"name": value}`.
    private static func figures(_ places: [JSONValue]) -> [EvidenceCapsule.Figure] {
        for place in places {
            for name in ["key_figures", "figures", "kpis", "metrics"] {
                if let items = place[name]?.array {
                    return items.compactMap { item in
                        guard let name = (item["name"] ?? item["label"] ?? item["metric"])?.string,
                            !Sanitiser.isSensitive(member: name), let value = plain(item["value"])
                        else { return nil }
                        let unit = item["unit"]?.string.map { " " + $0 } ?? ""
                        return .init(name: line(name), value: line(value + unit))
                    }
                }
                if let object = place[name]?.object {
                    return object.members.compactMap { member in
                        guard !Sanitiser.isSensitive(member: member.key), let value = plain(member.value) else {
                            return nil
                        }
                        return .init(name: line(member.key), value: line(value))
                    }
                }
            }
        }
        return []
    }

    private static func plain(_ value: JSONValue?) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "yes" : "no"
        case .null, .array, .object, nil: nil
        }
    }

    private static func texts(_ items: [JSONValue]) -> [String] {
        items.compactMap { $0.string ?? $0["text"]?.string ?? $0["message"]?.string ?? $0["title"]?.string }.map(line)
    }

    private static func line(_ text: String) -> String {
        ReportText.line(Sanitiser.clean(text), charactersMax: EvidenceCapsule.textCharactersMax)
    }

    private static func bounded(_ capsule: EvidenceCapsule) -> EvidenceCapsule {
        var capsule = capsule
        let most = EvidenceCapsule.itemsMax
        capsule.sources = Array(capsule.sources.filter { !$0.name.isEmpty }.prefix(most))
        capsule.figures = Array(capsule.figures.filter { !$0.name.isEmpty }.prefix(most))
        capsule.findings = Array(capsule.findings.filter { !$0.isEmpty }.prefix(most))
        capsule.warnings = Array(capsule.warnings.filter { !$0.isEmpty }.prefix(most))
        capsule.missing = Array(capsule.missing.filter { !$0.isEmpty }.prefix(most))
        return capsule
    }
}
