import BureauDomain
import Foundation
import Testing

@testable import BureauEngine

@Suite("A build")
struct BuildTests {
    @Test("Ends with commits on a branch of its own, its diff and what the checks said, and leaves the base alone")
    func whole() async throws {
        var options = BuildHouse.Options()
        options.builder = """
            cp "$TASK_FILE" told.md
            echo '<h1>New</h1>' > page.html
            git add told.md page.html
            git commit --quiet -m 'Add a page'
            echo 'kept busy'
            """
        options.policy = #"""
            "checks": [{"name": "has-page", "command": ["test", "-f", "page.html"]},
              {"name": "no-secrets", "command": ["sh", "-c", "echo looked; ! grep -r password ."], "required": false},
              {"name": "broken", "command": ["sh", "-c", "echo it is red; exit 3"]}]
            """#
        let house = try await BuildHouse(options)
        let before = try await house.mainCommit
        let run = try await house.built()
        #expect(run.state == .done, "\(run.cause?.sentence ?? "")")
        let build = try await house.build(run.id)
        #expect(build.branch == "bureau/\(run.id.lowercased())-add-a-page")
        #expect(try await house.repository.commit("refs/heads/\(build.branch)") == build.headCommit)
        #expect(try await house.mainCommit == before)
        #expect(try await house.file("told.md", on: build.branch).contains("Do it well."))
        let report = try house.report(run.id)
        #expect(report.commits.map(\.subject) == ["Add a page"])
        #expect(Set(report.files.map(\.path)) == ["page.html", "told.md"])
        #expect(report.checks.map(\.passed) == [true, true, false])
        #expect(report.checks.last?.outcome == "failed with code 3")
        #expect(report.checks.last?.output == "it is red")
        #expect(report.failedRequired.map(\.name) == ["broken"])
        #expect(try house.log(run.id).contains("builder: kept busy"))
        let delivered = house.folder.appending(path: "deliveries/builds")
        #expect(
            Set(try FileManager.default.contentsOfDirectory(atPath: delivered.path)).isSuperset(
                of: ["build-report.md", "build-report.json", "diff.patch"]))
        let patch = try String(contentsOf: delivered.appending(path: "diff.patch"), encoding: .utf8)
        #expect(patch.contains("+<h1>New</h1>"))
    }

    static let endings: [(String, String, RunState, RunCause.Code, String)] = [
        ("fails", "echo 'no luck'; exit 7", .failed, .buildFailed, "failed with code 7. Its last words: no luck"),
        ("makes no commit", "true", .failed, .buildFailed, "made no commit"),
        (
            "leaves work uncommitted", "echo x > left.txt; mkdir d; echo y > d/more.txt", .failed, .uncommittedWork,
            "did not commit: d/more.txt, left.txt."
        ),
        (
            "leaves a change beside its commit",
            "echo 1 > a; git add a; git commit -qm a; echo 2 >> README.md; git add README.md", .failed,
            .uncommittedWork, "did not commit: README.md."
        ),
        (
            "commits somewhere else", "git switch -qc other; echo 1 > a; git add a; git commit -qm a", .failed,
            .buildFailed, "made no commit"
        ),
        (
            "removes its branch", "git switch -qc other; git branch -D \"$BUREAU_BRANCH\" -q", .failed, .buildFailed,
            "git (head)"
        ),
        (
            "rewrites what was there",
            "git checkout -q --orphan x; git commit -qm new; git branch -f \"$BUREAU_BRANCH\" x", .failed, .buildFailed,
            "rewrote commits"
        ),
        (
            "links out of the repository", "ln -s /etc/passwd p; git add p; git commit -qm p", .failed, .buildFailed,
            "leads out of the repository"
        ),
        (
            "links out by climbing", "mkdir d; ln -s ../../../x d/p; git add d; git commit -qm p", .failed,
            .buildFailed,
            "leads out of the repository"
        ),
        (
            "links out through a link of its own",
            "mkdir -p d/e; ln -s ../.. d/e/l; ln -s l/../x d/e/m; git add d; git commit -qm p", .failed, .buildFailed,
            "leads out of the repository"
        ),
        (
            "brings a repository of its own",
            "git init -q sub; cd sub; git commit -q --allow-empty -m s; cd ..; git add sub; git commit -qm sub",
            .failed,
            .buildFailed, "a repository of its own"
        ),
        ("breaks its repository", "rm -rf .git", .failed, .buildFailed, "git (status)"),
    ]
    @Test("A builder that does not do its work is refused, and nobody's branch moves", arguments: endings)
    func refusals(name: String, script: String, state: RunState, code: RunCause.Code, words: String) async throws {
        var options = BuildHouse.Options()
        options.builder = script
        let house = try await BuildHouse(options)
        let before = try await house.mainCommit
        let run = try await house.built()
        #expect(run.state == state)
        #expect(run.cause?.code == code)
        #expect(run.cause?.sentence.contains(words) == true, "\(run.cause?.sentence ?? "")")
        let build = try await house.build(run.id)
        #expect(try await house.repository.commit("refs/heads/\(build.branch)") == before)
        #expect(try await house.mainCommit == before)
        #expect(try await house.repository.run(["for-each-ref", "refs/bureau"]).isEmpty)
    }

    @Test("Work left uncommitted is committed where the config says so")
    func commits() async throws {
        var options = BuildHouse.Options()
        options.builder = "echo x > 'left here.txt'; rm README.md"
        options.policy = #""uncommitted": "commit""#
        let house = try await BuildHouse(options)
        let run = try await house.built(title: "Tidy up; $(touch /tmp/never) \"quoted\"")
        #expect(run.state == .done, "\(run.cause?.sentence ?? "")")
        let report = try house.report(run.id)
        #expect(Set(report.files.map(\.path)) == ["README.md", "left here.txt"])
        #expect(report.commits.map(\.subject) == ["Tidy up; $(touch /tmp/never) \"quoted\""])
        #expect(report.branch.hasSuffix("-tidy-up-touch-tmp-never-quoted"))
    }

    private static let told: Set<String> = [
        "PATH", "HOME", "TMPDIR", "LANG", "USER", "LOGNAME", "SHELL", "TASK_FILE", "BUREAU_RUN_ID", "BUREAU_ROUND",
        "BUREAU_BRANCH", "BUREAU_BASE_BRANCH", "BUREAU_BASE_COMMIT", "BUREAU_BUILD_MARK", "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_CONFIG_NOSYSTEM", "GIT_TERMINAL_PROMPT",
        "CI", "NODE_ENV", "PWD", "OLDPWD", "SHLVL",
    ]

    @Test("The builder sees nothing of our environment but what the config declares")
    func environment() async throws {
        var options = BuildHouse.Options()
        options.builder = "env | sort; tr '\\0' '\\n' < /proc/self/environ; echo; exit 9"
        options.policy = #""variables": ["CI=1", "NODE_ENV", "MISSING_ONE"]"#
        options.variables = ["NODE_ENV": "test", "ANTHROPIC_SOMETHING": "canary-two"]
        let house = try await BuildHouse(options)
        let run = try await house.built()
        let log = try house.log(run.id)
        #expect(!log.contains("canary"))
        #expect(log.contains("CI=1") && log.contains("NODE_ENV=test") && !log.contains("MISSING_ONE"))
        let names = Set(
            log.matches(of: /builder: ([A-Z_0-9]+)=/).map { String($0.output.1) })
        #expect(names.isSubset(of: Self.told), "\(names)")
        // Of this process itself: another variable of its own would be a danger to whoever reads the environment now.
        let ours = Set(ProcessInfo.processInfo.environment.keys).subtracting(Self.told)
        #expect(ours.filter { log.contains("builder: \($0)=") }.isEmpty)
    }

    @Test("A builder whose file asks for earlier work is told of it in its task, and that is on record")
    func capsules() async throws {
        var options = BuildHouse.Options()
        options.builder = #"cp "$TASK_FILE" told.md && git add told.md && git commit --quiet -m Told"#
        options.prompt = #"# {title}\n\n{capsules}"#
        options.sections = #", "context": {"capsules": {"max_count": 3, "section_reads": 5}}"#
        let house = try await BuildHouse(options)
        let first = try await house.built(), second = try await house.built(title: "Another")
        #expect(first.state == .done && second.state == .done, "\(second.cause?.sentence ?? "")")
        let before = try await house.file("told.md", on: try await house.build(first.id).branch)
        #expect(before.contains(CapsuleContext.none))
        let artifact = try #require(try await house.artifact(first.id))
        let told = try await house.file("told.md", on: try await house.build(second.id).branch)
        #expect(told.contains("<capsule artifact=\"\(artifact.id)\"") && !told.contains(SectionTool.name))
        let log = try await house.database.read { try AccessLog(db: $0).list(run: second.id) }
        #expect(log.map(\.artifactID) == [artifact.id] && log.map(\.way) == ["kickoff"])
    }
}
