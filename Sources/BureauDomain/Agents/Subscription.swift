extension BoardPolicy {
    /// Which subscription of a client a task belongs to ("SEO", "Paid search"): what a client sees is grouped by it.
    package struct Subscription: Hashable, Sendable, Codable {
        package enum Source: String, CaseIterable, Hashable, Sendable, Codable {
            /// The section in Asana, the status in ClickUp.
            case place
            /// The project in Asana, the list in ClickUp.
            case container
            case field
        }

        /// A project or list that is read for records besides those that start the agent.
        package struct Container: Hashable, Sendable, Codable {
            package let id: String
            /// The subscription of everything in it; nil takes what each task says.
            package let name: String?
            /// A client's slug, where the task itself names none: for the record, and for a run whose task is here too.
            package let client: String?

            package init(id: String, name: String?, client: String?) {
                (self.id, self.name, self.client) = (id, name, client)
            }
        }

        package let source: Source
        package let field: String?
        /// Only these are subscriptions; empty for any.
        package let names: [String]
        package let containers: [Container]

        package init(
            source: Source = .place, field: String? = nil, names: [String] = [], containers: [Container] = []
        ) {
            self.source = source
            self.field = field
            self.names = names
            self.containers = containers
        }

        /// The subscription in the config's own spelling, or nil for a task that is in none: no client sees that one.
        /// `said` are the task's place, its container's name and the field's value.
        package func name(in container: String, place: String, containerName: String?, field: String?) -> String? {
            let said =
                containers.first { $0.id == container }?.name
                ?? {
                    switch source {
                    case .place: place
                    case .container: containerName
                    case .field: field
                    }
                }()
            guard let said, !said.isEmpty else { return nil }
            return names.isEmpty ? said : names.first { Words.same($0, said) }
        }

        package func client(in container: String) -> String? { containers.first { $0.id == container }?.client }

        /// The clients of all these, each once, in the config's order.
        package func clients(in ids: Set<String>) -> [String] {
            var found: [String] = []
            for container in containers where ids.contains(container.id) {
                if let slug = container.client, !found.contains(slug) { found.append(slug) }
            }
            return found
        }
    }
}
