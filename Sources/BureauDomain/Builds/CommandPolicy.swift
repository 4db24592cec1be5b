/// An agent whose work is done by a program of this machine in a worktree of a git repository: `executor.command`.
package struct CommandPolicy: Hashable, Sendable {
    package enum Merge: String, CaseIterable, Hashable, Sendable {
        /// Only when the base has not moved.
        case fastForward = "fast_forward"
        /// Always a commit with two parents.
        case mergeCommit = "merge_commit"
    }

    /// What becomes of changes that the builder did not commit.
    package enum Uncommitted: String, CaseIterable, Hashable, Sendable {
        case refuse
        case commit
    }

    package struct Check: Hashable, Sendable {
        package let name: String
        package let command: [String]
        package let timeMax: Duration
        /// What fails one of these is not merged.
        package let isRequired: Bool
    }

    package struct Limits: Hashable, Sendable {
        package let time: Duration
        package let outputBytesMax: Int64
        /// Of everything the run leaves on the disk.
        package let diskBytesMax: Int64
    }

    /// A variable of the builder's environment: with its value, or copied from this service's own environment.
    package struct Variable: Hashable, Sendable {
        package let name: String
        package let value: String?
    }

    /// An absolute path on this machine.
    package let repository: String
    package let baseBranch: String
    /// Program and arguments; no shell reads them.
    package let builder: [String]
    /// "bureau/"; branches are named after the run and its task below it.
    package let branchPrefix: String
    package let variables: [Variable]
    package let limits: Limits
    package let checks: [Check]
    package let uncommitted: Uncommitted
    package let merge: Merge
    /// False takes the network away from the builder and from the checks.
    package let hasNetwork: Bool
    /// Whether the builder can see what may not leave this machine.
    package let seesPrivateData: Bool

    package static let branchPrefixByDefault = "bureau/"
}

extension AgentConfig {
    /// What works while a run is `running`. Machine, money, approvals, files and delivery are the same for all.
    package enum Executor: Hashable, Sendable {
        case managedSession(Anthropic)
        case command(CommandPolicy)
    }

    /// Nil for an agent that needs no session.
    package var anthropic: Anthropic? {
        if case .managedSession(let anthropic) = executor { anthropic } else { nil }
    }

    /// Nil for an agent that works in a session.
    package var command: CommandPolicy? {
        if case .command(let policy) = executor { policy } else { nil }
    }
}
