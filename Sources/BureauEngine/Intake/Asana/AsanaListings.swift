import Synchronization

/// Which of our tasks the last look at all of each project saw there. Kept in memory only: without it, as after a start, a
/// task is asked for by itself once more.
final class AsanaListings: Sendable {
    /// Two looks at everything: a project that cannot be read any more speaks for its tasks no longer than that.
    static let keptMilliseconds = 2 * AsanaStream.wholeEveryMilliseconds

    private struct Project: Hashable {
        let account: String
        let id: String
    }
    private struct Look {
        let tasks: Set<String>
        let at: Int64
    }
    /// As many as there are watched projects, each with the tasks its agents are believed to have.
    private let looks = Mutex<[Project: Look]>([:])
    /// Which task was asked for by itself last, by the look at that project.
    private let lastAsked = Mutex<[Project: String]>([:])

    func put(_ account: String, _ project: String, _ tasks: Set<String>, at now: Int64) {
        looks.withLock { $0[Project(account: account, id: project)] = Look(tasks: tasks, at: now) }
    }

    /// What stands in any of the projects.
    func tasks(_ account: String, in projects: [String], now: Int64) -> Set<String> {
        looks.withLock { looks in
            var tasks: Set<String> = []
            for project in projects {
                guard let look = looks[Project(account: account, id: project)],
                    now - look.at <= Self.keptMilliseconds
                else { continue }
                tasks.formUnion(look.tasks)
            }
            return tasks
        }
    }

    /// In the order in which they are to be asked for: those behind the last one first, so that none waits for ever
    /// behind others.
    func turn(_ account: String, _ project: String, of tasks: Set<String>) -> [String] {
        let last = lastAsked.withLock { $0[Project(account: account, id: project)] } ?? ""
        let sorted = tasks.sorted()
        return sorted.filter { $0 > last } + sorted.filter { $0 <= last }
    }

    func asked(_ account: String, _ project: String, for task: String) {
        lastAsked.withLock { $0[Project(account: account, id: project)] = task }
    }
}
