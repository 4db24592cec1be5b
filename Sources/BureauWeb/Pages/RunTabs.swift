/// The parts of a run's page, as links that lead down to them: they work without a script.
enum RunTabs {
    /// What is called so stands under the first of these ids that the page has.
    private static let parts: [(word: String, ids: [String])] = [
        ("Timeline", ["timeline"]), ("Files", ["files"]), ("Delivery", ["delivery"]),
        ("Input and config", ["input", "config"]), ("Cost", ["cost"]), ("History", ["history"]),
    ]

    /// A part the page does not have has no tab. `counts` by the id of the part.
    static func block(_ blocks: [Block], counts: [String: String]) -> Block {
        let there = Set(blocks.compactMap(\.id))
        let tabs = parts.compactMap { part -> Link? in
            guard let id = part.ids.first(where: there.contains) else { return nil }
            return Link(word: part.word, address: "#\(id)", count: counts[id])
        }
        return Block(tabs: Tabs(label: "Parts of this run", tabs: tabs))
    }
}
