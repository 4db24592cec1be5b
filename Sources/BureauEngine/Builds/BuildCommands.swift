import BureauDomain
import Foundation

/// The commands of one attempt, as its keepers are told them.
struct BuildCommands: Sendable {
    let build: BuildRecord
    let policy: CommandPolicy
    let folder: BuildFolder
    let user: BuildUser?
    /// A variable of our own environment that the config copies.
    let variable: @Sendable (String) -> String?
    /// Our own git in a builder's worktree takes no longer.
    static let gitTimeMax: Duration = .seconds(600)
    static let gitOutputBytesMax: Int64 = 4 << 20

    /// Also finds what a dead keeper left behind.
    var mark: String { "\(build.runID)-\(build.round)-\(build.attempt)" }

    func builder(within time: Duration) -> KeptCommand {
        command(policy.builder, in: folder.worktree, time: min(policy.limits.time, time), hasNetwork: policy.hasNetwork)
    }

    func check(_ check: CommandPolicy.Check, within time: Duration) -> KeptCommand {
        command(check.command, in: folder.checked, time: min(check.timeMax, time), hasNetwork: policy.hasNetwork)
    }

    func clone() -> KeptCommand {
        git(
            ["clone", "--quiet", "--no-tags", "--branch", build.branch, "--", folder.bundle, folder.worktree],
            in: folder.own)
    }

    /// Checks see what would be merged and nothing else: no file that is ignored, none that was left lying about.
    func checkout() -> KeptCommand {
        git(
            ["clone", "--quiet", "--no-tags", "--branch", build.branch, "--", folder.checkedBundle, folder.checked],
            in: folder.own)
    }

    func status() -> KeptCommand {
        git(["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames"], data: true)
    }

    func add() -> KeptCommand { git(["add", "--all"]) }

    func commit() -> KeptCommand {
        git(["commit", "--quiet", "--no-verify", "-m", build.title, "-m", "Bureau-Run: \(build.runID)"])
    }

    func head() -> KeptCommand {
        git(["rev-parse", "--verify", "--end-of-options", build.reference + "^{commit}"], data: true)
    }

    /// The round's commits as data: the only thing that leaves a builder's worktree.
    func bundle() -> KeptCommand {
        let known = Set([build.startCommit, build.roundBaseCommit]).sorted().map { "^" + $0 }
        return git(["bundle", "create", "--quiet", "-", "--ignore-missing", build.reference] + known, data: true)
    }

    private func git(_ arguments: [String], in place: String? = nil, data: Bool = false) -> KeptCommand {
        var made = command(
            ["git"] + GitRepository.settings + arguments, in: place ?? folder.worktree, time: Self.gitTimeMax,
            hasNetwork: true)
        made.separatesOutput = data
        made.outputBytesMax = Self.gitOutputBytesMax
        // What the config sets for the builder is not for us.
        made.environment = own
        return made
    }

    private func command(_ words: [String], in place: String, time: Duration, hasNetwork: Bool) -> KeptCommand {
        KeptCommand(
            command: words, folder: place, environment: own.merging(declared) { $1 },
            millisecondsMax: max(1, time.milliseconds), outputBytesMax: policy.limits.outputBytesMax,
            diskBytesMax: policy.limits.diskBytesMax, diskFolder: folder.own, user: user, hasNetwork: hasNetwork)
    }

    /// Nothing of our own environment is in it.
    private var own: [String: String] {
        let name = user?.name ?? "builder"
        return [
            "PATH": GitRepository.searchPath, "HOME": folder.home, "TMPDIR": folder.temporary,
            "LANG": "C.UTF-8", "USER": name, "LOGNAME": name, "SHELL": "/bin/sh", "TASK_FILE": folder.task,
            "BUREAU_RUN_ID": build.runID, "BUREAU_ROUND": "\(build.round)", "BUREAU_BRANCH": build.branch,
            "BUREAU_BASE_BRANCH": build.baseBranch, "BUREAU_BASE_COMMIT": build.roundBaseCommit,
            ProcessTable.markVariable: mark, "GIT_AUTHOR_NAME": "Bureau builder",
            "GIT_AUTHOR_EMAIL": "builder@localhost", "GIT_COMMITTER_NAME": "Bureau builder",
            "GIT_COMMITTER_EMAIL": "builder@localhost", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
        ]
    }

    private var declared: [String: String] {
        Dictionary(
            policy.variables.compactMap { wanted in (wanted.value ?? variable(wanted.name)).map { (wanted.name, $0) } },
            uniquingKeysWith: { $1 })
    }
}
