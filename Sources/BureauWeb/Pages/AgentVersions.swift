import BureauDomain
import BureauEngine

/// The versions of an agent's config that this server has loaded, and what changed between any two of them.
struct AgentVersions {
    let house: WebHouse
    let agent: LoadedAgent
    typealias Version = (hash: String, version: String, at: Int64, by: String?)

    func blocks(_ web: WebRequest) async throws -> [Block] {
        let versions = try await house.clients.versions(of: agent.config.name)
        var blocks: [Block] = []
        if versions.count > 1 { blocks.append(try await comparison(versions, web)) }
        blocks.append(
            Block(
                id: "versions", heading: "Versions",
                table: Table(
                    "Versions this server has loaded, newest first",
                    Table.columns("Version", "Loaded", "By", "SHA-256"),
                    versions.map {
                        [
                            Table.Cell(text: $0.version),
                            Table.Cell(text: house.clock.absolute($0.at), iso: PageClock.iso($0.at)),
                            Table.Cell(text: $0.by ?? "not noted then"),
                            Table.Cell(text: String($0.hash.prefix(16)) + "…"),
                        ]
                    }, empty: "")))
        return blocks
    }

    /// The one before against today's, unless two others are chosen.
    private func comparison(_ versions: [Version], _ web: WebRequest) async throws -> Block {
        let before = versions.first { $0.hash != agent.hash }?.hash ?? agent.hash
        let (from, to) = (web.query("from") ?? before, web.query("to") ?? agent.hash)
        let config = agent.config.name
        guard let old = versions.first(where: { $0.hash == from }), let new = versions.first(where: { $0.hash == to })
        else { throw PageProblem.badRequest("This agent has no such version among its newest \(versions.count).") }
        var block = Block(
            id: "compare", heading: "What changed",
            filters: Filters(
                action: "/agents/\(config)/#compare",
                fields: [choice("from", "From", versions, from), choice("to", "To", versions, to)], verb: "Compare"))
        guard let was = try await house.catalog.version(from), let now = try await house.catalog.version(to) else {
            block.emptyText = "One of the two cannot be read any more: it is from before this server's version."
            return block
        }
        let found = LineDiff.of(was.prettyConfig, now.prettyConfig)
        if found.lines.isEmpty {
            block.emptyText = "\(words(old)) and \(words(new)) say the same."
        } else {
            block.diff = Diff(caption: "\(words(old)) against \(words(new))", lines: found.lines)
        }
        return block
    }

    private func choice(_ name: String, _ label: String, _ versions: [Version], _ chosen: String) -> Field {
        Field(
            name, label,
            .options(versions.map { Field.Option(word: words($0), value: $0.hash, isOn: $0.hash == chosen) }))
    }

    private func words(_ version: Version) -> String {
        "Version \(version.version) of \(house.clock.absolute(version.at))"
            + (version.hash == agent.hash ? ", now" : "")
    }
}
