package import BureauDomain

/// Which runs a list shows, newest first.
package struct RunFilter: Sendable, Hashable {
    package var agent: String?
    package var client: String?
    package var state: RunState?
    /// Only runs that this run has started.
    package var parent: String?
    /// Cursor: only runs older than this id.
    package var before: String?
    /// Words that people see of it, each of which must be there.
    package var text: String?
    package var limit: Int

    package init(
        agent: String? = nil, client: String? = nil, state: RunState? = nil, parent: String? = nil,
        before: String? = nil, text: String? = nil, limit: Int = 50
    ) {
        self.agent = agent
        self.client = client
        self.state = state
        self.parent = parent
        self.before = before
        self.text = text
        self.limit = min(max(limit, 1), 1_000)
    }
}

/// What a session has cost and said so far.
package struct RunProgress: Sendable, Hashable {
    package var spentMicroUSD: Int64
    package var spentMethod: String
    package var eventsCount: Int64
    package var lastEvent: String?
    package var budgetWarned: Bool
}

/// The payload an agent is given, with what it tells about the run.
struct AssembledPayload: Sendable, Hashable {
    /// Canonical JSON.
    var json: String
    var hash: String
    var clientSlug: String?
    var clientName: String?
    var taskURL: String?
    var taskTitle: String?
}
