import BureauDomain
import BureauStorage

/// Which projects or lists of one account are on record, and what a task in them says, as the agents' files have it.
/// The same for every tool.
struct TaskRecordBook: Sendable {
    struct Entry: Hashable, Sendable {
        var section: String
        var client: String?
        var isVisible: Bool
    }

    let kind: WorkToolKind
    /// Those that say what clients may see, with the projects or lists they say it of.
    private let pages: [(config: AgentConfig, containers: [String])]

    init(_ kind: WorkToolKind, _ parts: EngineParts) {
        self.kind = kind
        pages = parts.catalog.agents.map(\.config)
            .filter { $0.credentials == parts.settings.credentialSet }
            .map { ($0, $0.recordContainers(on: kind)) }.filter { !$0.1.isEmpty }
    }

    var containers: Set<String> { Set(pages.flatMap(\.containers)) }

    /// Nil where nobody says what clients may see. Where several agents do, the first one's word counts.
    func entry(_ task: WorkTask, in place: WorkTask.Membership, _ db: any Connection) throws -> Entry? {
        let container = place.containerID
        let own = pages.filter { $0.containers.contains(container) }.map(\.config)
        guard !own.isEmpty else { return nil }
        let flag = own.lazy.compactMap(\.board.clientVisible).first
        let subscription = own.lazy.compactMap(\.board.subscription).first
        let isMarked = flag?.shows(field: flag?.field.flatMap(task.text), tags: task.tags) ?? false
        let section =
            subscription.map {
                $0.name(
                    in: container, place: place.place, containerName: place.containerName,
                    field: $0.field.flatMap(task.text))
            } ?? place.place
        return Entry(
            section: section ?? "", client: try client(task, in: container, own, db),
            isVisible: isMarked && section != nil)
    }

    /// As the task itself says; only a task that names nobody is its project's or list's client's.
    private func client(
        _ task: WorkTask, in container: String, _ configs: [AgentConfig], _ db: any Connection
    ) throws -> String? {
        let store = ClientStore(db: db)
        for config in configs {
            if let said = config.clientField(on: kind).flatMap(task.text) { return try store.named(said)?.slug }
        }
        for config in configs {
            let slug = config.triggers.asana?.clients[container] ?? config.board.subscription?.client(in: container)
            if let slug, let client = try store.find(slug) { return client.slug }
        }
        return nil
    }
}

extension AgentConfig {
    /// Projects or lists of this tool whose tasks the file says something of for clients to see.
    fileprivate func recordContainers(on kind: WorkToolKind) -> [String] {
        guard board.clientVisible != nil || board.subscription != nil else { return [] }
        let own =
            switch kind {
            case .asana: triggers.asana?.projects ?? []
            case .clickUp: [triggers.clickUp?.listID].compactMap(\.self).filter { !$0.hasPrefix("<") }
            }
        return own + subscriptionContainers(on: kind).filter { !own.contains($0) }
    }

    /// Those that are read for records only. They are Asana's where Asana starts the agent, else ClickUp's.
    func subscriptionContainers(on kind: WorkToolKind) -> [String] {
        let home: WorkToolKind = triggers.asana == nil ? .clickUp : .asana
        return kind == home ? board.subscription?.containers.map(\.id) ?? [] : []
    }

    fileprivate func clientField(on kind: WorkToolKind) -> String? {
        switch kind {
        case .asana: triggers.asana?.clientField
        case .clickUp: "client_id"
        }
    }
}
