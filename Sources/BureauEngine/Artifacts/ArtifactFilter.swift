package import BureauDomain

/// Which artifacts a list shows, newest first.
package struct ArtifactFilter: Sendable, Hashable {
    package var client: String?
    package var agent: String?
    package var kind: String?
    package var channel: String?
    package var run: String?
    /// "2026-11": those that speak of days up to its end.
    package var month: String?
    /// Words, each of which must be in the title, the client or the kind.
    package var text: String?
    package var state: ArtifactState?
    package var visibility: ArtifactVisibility?
    /// Clients that may be seen; nil for all. Artifacts without a client are everybody's.
    package var visible: Set<String>?
    /// Superseded ones are left out unless they, or one state, are asked for.
    package var includesSuperseded: Bool
    /// Cursor: only artifacts older than this id.
    package var before: String?
    /// For a list that begins with the oldest: only artifacts newer than this id.
    package var after: String?
    package var isOldestFirst = false
    package var limit: Int

    /// Where the list ended, or goes on.
    package var place: String? { isOldestFirst ? after : before }
    package mutating func goOn(from id: String?) {
        (before, after) = isOldestFirst ? (nil, id) : (id, nil)
    }

    package static let limitMax = 200
    /// How many of the newest reports a search looks through that names neither client nor run.
    package static let searchedMax = 200_000

    /// A search where nothing finds few reports by an index: the short rows are looked through in the order of the list,
    /// which ends at its limit.
    var isWide: Bool { RunWordsSearch(text) != nil && client == nil && run == nil }

    /// The column that the list is in the order of.
    var ordered: String { isWide ? "artifact_text.artifact_id" : "artifact.id" }

    /// Written so that the engine keeps the order of the tables.
    var source: String {
        guard isWide else { return "FROM artifact" }
        return "FROM artifact_text CROSS JOIN artifact ON artifact.id = artifact_text.artifact_id"
    }

    package init(
        client: String? = nil, agent: String? = nil, kind: String? = nil, channel: String? = nil, run: String? = nil,
        month: String? = nil, text: String? = nil, state: ArtifactState? = nil, visibility: ArtifactVisibility? = nil,
        includesSuperseded: Bool = false, before: String? = nil, limit: Int = 50
    ) {
        (self.client, self.agent, self.kind, self.channel) = (client, agent, kind, channel)
        (self.run, self.month, self.state, self.visibility) = (run, month, state, visibility)
        self.text = text
        (self.includesSuperseded, self.before) = (includesSuperseded, before)
        self.limit = min(max(limit, 1), Self.limitMax)
    }
}
