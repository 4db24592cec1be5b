/// What may not stand in a tree that a builder made, because it leads out of it.
package enum TreeLinkRule {
    /// What a range of commits does to where a tree leads. Links are targets by path.
    package struct Change: Hashable, Sendable {
        /// Paths that are commits of other repositories now and were not the same before.
        package var repositories: [String]
        package var before: [String: String]
        package var after: [String: String]

        package init(repositories: [String] = [], before: [String: String] = [:], after: [String: String] = [:]) {
            (self.repositories, self.before, self.after) = (repositories, before, after)
        }
    }

    /// Why the change is refused; nil when it is fine. A link may come to lead out without being touched itself, when one
    /// that it passes through is; what led out before is people's own.
    package static func objection(_ change: Change) -> String? {
        if let path = change.repositories.min() { return "\(shown(path)) is a repository of its own" }
        let (old, new) = (LinkTree(targets: change.before), LinkTree(targets: change.after))
        for (path, target) in change.after.sorted(by: { $0.key < $1.key }) where new.leadsOut(path) {
            guard change.before[path] == target else {
                return "\(shown(path)) is a link that leads out of the repository (\(shown(target)))"
            }
            guard !old.leadsOut(path) else { continue }
            return "\(shown(path)) is a link that now leads out of the repository (\(shown(target)))"
        }
        return nil
    }

    private static func shown(_ text: String) -> String { quoted(String(text.prefix(120))) }
}

/// The links of a tree, followed as the kernel follows them. What is no link counts as a folder: one may come there.
struct LinkTree {
    /// The kernel gives up after as many (path_resolution(7)).
    static let hopsMax = 40
    let targets: [String: String]

    /// True as well for one that leads into git's own folder, or nowhere after many turns.
    func leadsOut(_ path: String) -> Bool {
        guard let target = targets[path] else { return false }
        var place = path.split(separator: "/").dropLast().map(String.init)
        guard var ahead = Self.steps(target) else { return true }
        var hops = 1
        while let step = ahead.popLast() {
            if step == "." { continue }
            if step == ".." {
                guard place.popLast() != nil else { return true }
                continue
            }
            guard step.lowercased() != ".git" else { return true }
            place.append(step)
            guard let next = targets[place.joined(separator: "/")] else { continue }
            hops += 1
            guard hops <= Self.hopsMax, let more = Self.steps(next) else { return true }
            place.removeLast()
            ahead += more
        }
        return false
    }

    /// The last step first; nil for a target that is absolute, or none.
    private static func steps(_ target: String) -> [String]? {
        guard !target.isEmpty, !target.hasPrefix("/") else { return nil }
        return target.split(separator: "/").reversed().map(String.init)
    }
}
