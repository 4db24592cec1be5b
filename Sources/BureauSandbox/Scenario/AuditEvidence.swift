/// The evidence part of the demo audit.
extension AuditReport {
    func module(_ module: AuditModule) -> JSON {
        let findings = AuditTables.findings(module).enumerated().map { index, finding -> JSON in
            [
                "id": .string("\(module.rawValue)/\(index + 1)"), "title": .string(finding.title),
                "severity": .string(finding.severity), "confidence": "confirmed", "effort": .string(finding.effort),
                "recommendation": .string(finding.advice), "evidence": evidence(finding, module, index),
            ]
        }
        return [
            "id": .string(module.rawValue), "name": .string(module.title), "score": .int(module.score),
            "summary": .string(module.summary), "findings": .array(findings),
        ]
    }

    private func evidence(_ finding: AuditTables.Finding, _ module: AuditModule, _ index: Int) -> JSON {
        .array(
            (0..<3).map { number in
                let source =
                    switch module {
                    case .profile: client.profileURL
                    case .citations: "https://\(AuditTables.directories[(index * 3 + number) % 24].host)/"
                    case .onPage: client.websiteURL + AuditTables.path(index * 3 + number)
                    case .reviews: client.profileURL + "#reviews-\(index * 3 + number)"
                    case .rank: "grid:\(client.cities[(index + number) % client.cities.count])"
                    }
                return [
                    "source": .string(source), "observed": .string(finding.observed),
                    "expected": .string(finding.expected), "seen_at": .string(at.text),
                ]
            })
    }

    var nap: JSON {
        .array(
            AuditTables.directories.enumerated().map { index, directory in
                let isWrong = index % 4 == 1
                let isMissing = index % 11 == 10
                return [
                    "directory": .string(directory.name), "url": .string("https://\(directory.host)/\(client.id)"),
                    "name": isMissing ? nil : .string(client.name),
                    "address": isMissing ? nil : .string(client.address),
                    "phone": isMissing ? nil : .string(isWrong ? "(614) 555-0117" : "(614) 555-0142"),
                    "status": .string(isMissing ? "missing" : isWrong ? "inconsistent" : "consistent"),
                    "differences": isWrong ? ["phone"] : [],
                ]
            })
    }

    var competitors: JSON {
        .array(
            ([client.name] + client.competitors).enumerated().map { index, name in
                [
                    "name": .string(name), "is_client": .bool(index == 0),
                    "rating": .double(4.6 - Double(index % 4) / 10),
                    "reviews": .int(212 + index * 87), "reviews_last_90_days": .int(27 + (index * 31) % 60),
                    "photos": .int(41 + index * 33), "posts_last_90_days": .int((index * 5) % 14),
                    "share_of_top_three_percent": .int(max(4, 31 - index * 6)),
                ]
            })
    }

    var ranks: JSON {
        var rows: [JSON] = []
        for (k, keyword) in client.keywords.prefix(6).enumerated() {
            for (c, city) in client.cities.prefix(6).enumerated() {
                let points = (0..<9).map { 1 + (k * 5 + c * 7 + $0 * 3) % 19 }
                rows.append([
                    "keyword": .string(keyword), "city": .string(city), "positions": .array(points.map { .int($0) }),
                    "average": .double(Double(points.reduce(0, +)) / 9),
                    "in_top_three": .int(points.count { $0 <= 3 }),
                ])
            }
        }
        return .array(rows)
    }

    var pages: JSON {
        .array(
            (0..<24).map { index in
                let isLong = index % 3 == 1
                return [
                    "url": .string(client.websiteURL + AuditTables.path(index)), "status": 200, "indexable": true,
                    "title": .string("\(client.name) – page \(index + 1)"), "title_length": .int(isLong ? 71 : 48),
                    "h1": index % 8 == 7 ? nil : .string("Heading of page \(index + 1)"),
                    "word_count": .int(420 + index * 61), "schema_types": index % 5 == 0 ? ["LocalBusiness"] : [],
                    "issues": isLong ? ["title_too_long"] : [],
                ]
            })
    }
}
