/// What the audit looks at, module by module: the tool calls of the script with believable results.
struct SentinelTools {
    let client: ClientPayload

    /// 15 calls a module; where the client's lists are short they are gone through again.
    static let callsPerModule = 15

    func calls(for module: AuditModule) -> [ToolCall] {
        let opening: [ToolCall] =
            switch module {
            case .profile:
                [
                    .fetch(
                        client.profileURL, "Profile of \(client.name): 4.6 stars, 212 reviews, 9 services, 41 photos"),
                    .bash("python3 profile.py --compare categories", "primary category set, 2 of 5 secondary missing"),
                    .bash(
                        "python3 profile.py --hours --attributes", "hours complete; holiday hours missing for 3 dates"),
                ]
            case .citations: [.bash("python3 citations.py --reference", "reference address: \(client.address)")]
            case .onPage:
                [
                    .fetch(client.websiteURL, "200 OK, 38,412 bytes, title 71 characters"),
                    .fetch(client.websiteURL + "/sitemap.xml", "200 OK, 24 addresses"),
                    .fetch(client.websiteURL + "/robots.txt", "200 OK, no blocked sections"),
                ]
            case .reviews: [.bash("python3 reviews.py --window 90", "27 new reviews, 11 without an answer")]
            case .rank: [.bash("python3 grid.py --size 3 --step-km 4", "9 points around \(client.cities[0])")]
            }
        let rest = (0..<(Self.callsPerModule - opening.count)).map { call(for: module, $0) }
        return opening + rest
    }

    private func call(for module: AuditModule, _ index: Int) -> ToolCall {
        let city = pick(client.cities, index)
        let keyword = pick(client.keywords, index / 2)
        let rival = pick(client.competitors, index)
        let directory = pick(AuditTables.directories, index)
        return switch module {
        case .profile:
            .search("\(keyword) \(city) map", "\(client.name) in the local pack at position \(2 + index % 7)")
        case .citations:
            .fetch(
                "https://\(directory.host)/search?q=\(client.id)",
                index % 4 == 1 ? "1 listing, phone differs" : "1 listing, name and address agree")
        case .onPage:
            .fetch("\(client.websiteURL)\(AuditTables.path(index))", "200 OK, \(420 + index * 61) words, 1 h1")
        case .reviews:
            index.isMultiple(of: 3)
                ? .bash(
                    "python3 reviews.py --compare '\(rival)'",
                    "\(rival): 4.\(5 + index % 4) stars, \(90 + index * 23) reviews")
                : .search("\(rival) reviews \(city)", "\(6 + index % 5) sources, newest \(1 + index % 9) days old")
        case .rank:
            .mcp(
                "local_rank", "grid_scan", ["keyword": .string(keyword), "city": .string(city), "points": 9],
                "average position \(3 + index % 8).\(index % 10), \(index % 6) of 9 points in the top three")
        }
    }

    private func pick<Item>(_ items: [Item], _ index: Int) -> Item { items[index % items.count] }
}
