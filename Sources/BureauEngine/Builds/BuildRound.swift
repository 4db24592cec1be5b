import BureauDomain
import BureauStorage
import Foundation

/// One attempt at one round: what is done in which order, and what each step's end means.
struct BuildRound: Sendable {
    /// The round is over before its time.
    struct End: Error { let event: RunMachine.Event }
    /// A command's keeper died; nobody knows how far the command came.
    struct Lost: Error { let step: String }

    let parts: EngineParts
    let policy: CommandPolicy
    let hand: RunInHand
    let build: BuildRecord
    let folder: BuildFolder
    let commands: BuildCommands
    let recorder: SessionRecorder
    private let user: BuildUser?

    init(parts: EngineParts, policy: CommandPolicy, hand: RunInHand, build: BuildRecord) throws {
        (self.parts, self.policy, self.hand, self.build) = (parts, policy, hand, build)
        user = try parts.settings.builds.user()
        folder = BuildFolder(parts.settings.builds, build)
        commands = BuildCommands(
            build: build, policy: policy, folder: folder, user: user, variable: parts.variable)
        recorder = try SessionRecorder(
            folder: parts.settings.sessionLogFolder, session: BuildRecord.session(build.runID), counters: parts.counters
        )
    }

    var repository: GitRepository { GitRepository(path: build.repository) }

    func work() async throws {
        try await prepare()
        try await mustSucceed("clone", commands.clone())
        try await builder()
        try await nothingUncommitted()
        let head = try await head()
        try await mustSucceed("bundle", commands.bundle())
        try await bringIn(head)
        try await check()
    }

    private func prepare() async throws {
        guard !folder.isReady else { return }
        let prompt = TaskFile(hand, capsules: try await capsules(), now: parts.doors.now()).prompt
        let text = TaskText.make(
            prompt, revisions: try await revisions(), refusal: refusalOfLastRound, base: try await newBase())
        try folder.make(task: text, for: user)
        try await repository.bundle(try await references(), to: folder.bundle)
        try folder.finish()
    }

    /// What the builder is told of the client's earlier work, as every session is; who was told what is on record.
    private func capsules() async throws -> String? {
        guard let context = CapsuleContext(hand, parts) else { return nil }
        let build = build
        return try await parts.write(hand.lease) { db in
            let told = try context.gather(db), step = "build-\(build.round)-\(build.attempt)"
            try context.log(told, build.round == 1 ? .kickoff : .revision, step: step, in: db)
            return told.text
        }
    }

    /// The branch, and the base beside it: a clone knows it as `origin/<base>`.
    private func references() async throws -> [String] {
        try await repository.commit(build.baseReference) == nil
            ? [build.reference] : [build.reference, build.baseReference]
    }

    private var refusalOfLastRound: String? {
        build.refusal.flatMap { $0.round == build.round - 1 ? $0.why : nil }
    }

    /// Where the base is when the branch does not have all of it.
    private func newBase() async throws -> TaskText.Base? {
        guard build.round > 1, try await repository.commit(build.roundBaseCommit) != nil,
            try await !repository.isAncestor(build.roundBaseCommit, of: build.startCommit)
        else { return nil }
        return TaskText.Base(branch: build.baseBranch, commit: build.roundBaseCommit)
    }

    private func builder() async throws {
        let exit = try await kept("builder", commands.builder(within: timeLeft()))
        try unlessLimit(exit)
        guard exit.isSuccess else {
            let words = Tail.lines(folder.keeper("builder").output, 3).joined(separator: " / ")
            throw End(
                event: .broke(
                    RunCause(
                        .buildFailed,
                        "The builder \(exit.words).\(words.isEmpty ? "" : " Its last words: \(words.prefix(600))")")))
        }
    }

    /// A limit stops the run, as it would stop a session: what exists is kept and told.
    private func unlessLimit(_ exit: KeptExit) throws {
        switch exit.outcome {
        case .exited, .signaled: return
        case .overTime:
            throw End(
                event: .stopAsked(
                    RunCause(
                        .overTime,
                        "The builder was ended after \(Words.duration(.milliseconds(exit.milliseconds))): its time was up."
                    )))
        case .overOutput:
            let most = Words.bytes(policy.limits.outputBytesMax)
            throw End(event: .stopAsked(RunCause(.overLimit, "The builder printed more than \(most) and was ended.")))
        case .overDisk:
            let most = Words.bytes(policy.limits.diskBytesMax)
            throw End(
                event: .stopAsked(RunCause(.overLimit, "The builder left more than \(most) on the disk and was ended."))
            )
        case .stopped: throw RunMoved(runID: build.runID)
        case .refused: throw BuildProblem(description: exit.why ?? "the command was refused")
        }
    }

    private func nothingUncommitted() async throws {
        try await mustSucceed("status", commands.status())
        let files = try data("status").split(separator: 0).map { String(decoding: $0.dropFirst(3), as: UTF8.self) }
        guard !files.isEmpty else { return }
        switch policy.uncommitted {
        case .commit:
            try await mustSucceed("add", commands.add())
            try await mustSucceed("commit", commands.commit())
        case .refuse:
            let shown = files.prefix(10).map { PlainText.line($0, charactersMax: 120) }.joined(separator: ", ")
            let more = files.count > 10 ? " and \(files.count - 10) more" : ""
            throw End(
                event: .broke(
                    RunCause(.uncommittedWork, "The builder ended with work that it did not commit: \(shown)\(more).")))
        }
    }

    private func head() async throws -> String {
        try await mustSucceed("head", commands.head())
        let text = String(decoding: try data("head"), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard GitRepository.isCommit(text) else { throw BuildProblem(description: "the branch has no commit") }
        guard text != build.startCommit else {
            throw End(
                event: .broke(RunCause(.buildFailed, "The builder ended well and made no commit on \(build.branch).")))
        }
        return text
    }

    /// The commits enter the repository under a name of their own, are looked at, and become the branch. Looks first:
    /// a branch that is there already is not made again.
    private func bringIn(_ head: String) async throws {
        let incoming = "refs/bureau/incoming/\(build.runID)"
        if try await repository.commit(build.reference) != head {
            try await repository.fetch(build.reference, from: folder.keeper("bundle").data, to: incoming)
            if let why = try await objection(to: head, at: incoming) {
                try await repository.move(incoming, from: try await repository.commit(incoming), to: nil)
                throw End(event: .broke(RunCause(.buildFailed, "What the builder made was refused: \(why.closed)")))
            }
            // An attempt whose process was lost later may have come in before.
            try await repository.move(build.reference, from: build.headCommit ?? build.startCommit, to: head)
        }
        try await repository.move(incoming, from: try await repository.commit(incoming), to: nil)
        let (id, now) = (build.runID, parts.doors.now())
        try await parts.write(hand.lease) { db in
            let isKnown = try BuildStore(db: db).find(id)?.headCommit == head
            try BuildStore(db: db).setHead(id, head)
            guard !isKnown else { return }
            try RunEventStore(db: db).append(id, kind: "build", detail: "committed \(head.prefix(12))", now: now)
        }
    }

    /// Why what came in may not become the branch.
    private func objection(to head: String, at incoming: String) async throws -> String? {
        guard try await repository.commit(incoming) == head else { return "its branch is not what it said it was" }
        guard try await repository.isAncestor(build.startCommit, of: head) else {
            return "it rewrote commits that people have seen"
        }
        return TreeLinkRule.objection(try await repository.linkChange(from: build.startCommit, to: head))
    }

    private func check() async throws {
        guard !policy.checks.isEmpty else { return }
        try await repository.bundle(try await references(), to: folder.checkedBundle)
        try folder.readable(folder.checkedBundle)
        try await mustSucceed("checkout", commands.checkout())
        for check in policy.checks {
            let exit = try await kept("check-\(check.name)", commands.check(check, within: timeLeft()))
            if exit.outcome == .stopped { throw RunMoved(runID: build.runID) }
            if exit.outcome == .refused { throw BuildProblem(description: exit.why ?? "the check was refused") }
        }
    }

    /// How long the round may still take. People may think about the one before it as long as they like.
    private func timeLeft() async throws -> Duration {
        let limit = hand.agent.config.limits.sessionDurationMax.milliseconds
        let clocks = TimeUsed.Clocks(parts.doors, owner: hand.lease.owner)
        let used = try await parts.database.read { [id = build.runID] in
            try TimeUsed(db: $0).milliseconds(id, clocks)
        }
        return .milliseconds(max(1, limit - max(0, used - build.roundTimeUsedMilliseconds)))
    }

    private func data(_ step: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: folder.keeper(step).data) else {
            throw BuildProblem(description: "the answer of \(step) is gone")
        }
        return data
    }
}

extension KeptExit {
    /// Finishes a sentence that begins with who: "failed with code 2".
    var words: String {
        switch outcome {
        case .exited: code == 0 ? "ended well" : "failed with code \(code)"
        case .signaled: "was ended by signal \(code)"
        case .overTime: "took too long and was ended"
        case .overOutput: "printed too much and was ended"
        case .overDisk: "filled the disk and was ended"
        case .stopped: "was stopped"
        case .refused: "was refused"
        }
    }
}
