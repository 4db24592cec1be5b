import BureauDomain
import BureauStorage
import Foundation

/// `collecting`: the round's report and diff become the run's files, to be hashed, kept and delivered like any other.
struct BuildCollectStage: Stage {
    let parts: EngineParts
    let policy: CommandPolicy
    static let diffBytesMax: Int64 = 2 << 20
    static let outputLinesMax = 40

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        guard let build = try await parts.database.read({ [id = hand.run.id] in try BuildStore(db: $0).find(id) })
        else {
            return try await collected(hand, nil, RunCause(.filesMissing, "The run has no branch."))
        }
        func name(_ name: String) -> String { CollectStage.name(name, round: build.round) }
        var report = try await report(build)
        do {
            if let head = build.headCommit {
                let repository = GitRepository(path: build.repository)
                let from = try await origin(build, head, repository)
                let blob = try blob(hand, name("diff.patch"))
                report.diff = try await repository.diff(
                    from: from, to: head, into: try parts.blobs.prepare(blob).path, bytesMax: Self.diffBytesMax)
                (report.commits, report.commitsCount) = try await repository.commits(from: from, to: head)
                (report.files, report.filesCount) = try await repository.files(from: from, to: head)
            }
        } catch let failure as GitRepository.Failure {
            return try await collected(hand, nil, RunCause(.filesMissing, failure.description.closed))
        }
        try write(report.markdown, to: try blob(hand, name("build-report.md")))
        try write(try Self.json(report), to: try blob(hand, name("build-report.json")))
        let names = ["build-report.md", "build-report.json"] + (report.diff == nil ? [] : ["diff.patch"])
        try await keep(names, hand, round: build.round)
        return try await collected(hand, report, report.problem.map { RunCause(.buildFailed, $0) })
    }

    private func blob(_ hand: RunInHand, _ name: String) throws -> String { "runs/\(hand.run.id)/\(name)" }

    /// Where the branch leaves the base as it is now; a builder may have brought newer commits of it in.
    private func origin(_ build: BuildRecord, _ head: String, _ repository: GitRepository) async throws -> String {
        let answer = try await repository.ask(["merge-base", build.baseReference, head])
        let found = answer.text.trimmingCharacters(in: .whitespacesAndNewlines)
        return answer.code == 0 && GitRepository.isCommit(found) && found != head ? found : build.baseCommit
    }

    private func report(_ build: BuildRecord) async throws -> BuildReport {
        let folder = BuildFolder(parts.settings.builds, build), policy = policy
        let exits = try await parts.database.read { db in
            let store = BuildStore(db: db)
            return try (["builder"] + policy.checks.map { "check-\($0.name)" }).map {
                try store.receipt(build, $0, as: KeptExit.self)
            }
        }
        let checks = zip(policy.checks, exits.dropFirst()).compactMap { check, exit -> BuildReport.Check? in
            guard let exit else { return nil }
            let output = Tail.lines(folder.keeper("check-\(check.name)").output, Self.outputLinesMax)
            return BuildReport.Check(
                name: check.name, isRequired: check.isRequired, passed: exit.isSuccess,
                outcome: exit.isSuccess ? "passed" : exit.words, seconds: exit.seconds,
                output: output.joined(separator: "\n"))
        }
        let builder = exits.first.flatMap { $0 }
        let outcome = try await parts.database.read {
            try BuildStore(db: $0).receipt(build, BuildStage.outcome, as: BuildOutcome.self)
        }
        var report = BuildReport(
            run: build.runID, task: build.title, round: build.round, repository: build.repository,
            baseBranch: build.baseBranch, baseCommit: build.baseCommit, branch: build.branch,
            headCommit: build.headCommit, builder: builder?.words ?? "did not end",
            builderSeconds: builder?.seconds ?? 0, checks: checks)
        report.problem = outcome?.problem
        return report
    }

    private func write(_ text: String, to key: String) throws {
        try Data(text.utf8).write(to: try parts.blobs.prepare(key))
    }

    private static func json(_ report: BuildReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }

    private func keep(_ names: [String], _ hand: RunInHand, round: Int) async throws {
        var files: [NewFile] = []
        for (position, name) in names.enumerated() {
            let safeName = CollectStage.name(name, round: round), key = try blob(hand, safeName)
            let size = try FileManager.default.attributesOfItem(atPath: try parts.blobs.url(for: key).path)[.size]
            files.append(
                NewFile(
                    vendorID: "build-\(round)-\(position)", position: (round - 1) * 10 + position, name: name,
                    safeName: safeName, mimeType: Self.mimeType(name), sizeBytes: (size as? NSNumber)?.int64Value ?? 0,
                    sha256: try parts.blobs.sha256(key), blobKey: key, round: round))
        }
        let (id, now, made) = (hand.run.id, parts.doors.now(), files)
        try await parts.write(hand.lease) { db in
            for file in made { try FileStore(db: db).put(file, run: id, now: now) }
        }
    }

    private static func mimeType(_ name: String) -> String {
        if name.hasSuffix(".md") { return "text/markdown" }
        return name.hasSuffix(".json") ? "application/json" : "text/x-diff"
    }

    /// What messages show of it goes onto the run.
    private func collected(_ hand: RunInHand, _ report: BuildReport?, _ problem: RunCause?) async throws -> StageOutcome
    {
        let (lease, id, transitions) = (hand.lease, hand.run.id, parts.transitions)
        let summary = try report.map { try JSONText.encode(StoredSummary($0)) }
        let files = try await parts.database.read { try FileStore(db: $0).list(id) }
        let artifact = ArtifactRegistration(hand, parts: parts, files: files, problem: problem)
        let now = parts.doors.now()
        try await parts.write(lease) { db in
            if let summary { try RunStore(db: db).setSummary(lease, summary) }
            try transitions.apply(.filesCollected(problem: problem), to: id, lease: lease, in: db)
            try artifact?.write(db, now: now)
        }
        return .moved
    }
}

extension StoredSummary {
    init(_ report: BuildReport) {
        self.init(
            score: nil, outOf: 100,
            priorities: [
                Priority(rank: "Changes:", title: "\(report.changeLine) on \(report.branch)"),
                Priority(rank: "Checks:", title: report.checksLine),
            ] + (report.problem.map { [Priority(rank: "Problem:", title: $0)] } ?? []))
    }

    private init(score: Int?, outOf: Int, priorities: [Priority]) {
        (self.score, self.outOf, self.priorities) = (score, outOf, priorities)
    }
}
