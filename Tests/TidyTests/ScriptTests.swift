import Foundation
import Testing

@Suite("Scripts")
struct ScriptTests {
    @Test("run-agent gives every argument to the newest `bureau run` as it came, and its exit status back")
    func runAgent() async throws {
        try await Shell.inTemporaryFolder { shell in
            try shell.write(try SourceTree.file("bin/run-agent").text, to: "bin/run-agent", isExecutable: true)
            let printing = "#!/bin/sh\nprintf '<%s>' \"$@\"\nexit 3\n"
            try shell.write(printing, to: ".build/debug/bureau", isExecutable: true)
            let outcome = try await shell.run("bin/run-agent", ["sentinel", "--client", "a b", "--", "*"])
            #expect(outcome.output == "<run><--watch><sentinel><--client><a b><--><*>")
            #expect(outcome.status == 3)
            try shell.write("#!/bin/sh\necho release\n", to: ".build/release/bureau", isExecutable: true)
            try await touch(shell, ".build/debug/bureau", "2026-01-01")
            try await touch(shell, ".build/release/bureau", "2026-01-02")
            #expect(try await shell.run("bin/run-agent", ["sentinel"]).output == "release\n")
            try await touch(shell, ".build/debug/bureau", "2026-01-03")
            #expect(try await shell.run("bin/run-agent", ["sentinel"]).output == "<run><--watch><sentinel>")
        }
    }

    private func touch(_ shell: Shell, _ path: String, _ date: String) async throws {
        #expect(try await shell.run("touch", ["-d", date, path]).status == 0)
    }

    @Test("run-agent without a bureau says how to get one")
    func runAgentAlone() async throws {
        try await Shell.inTemporaryFolder { shell in
            try shell.write(try SourceTree.file("bin/run-agent").text, to: "bin/run-agent", isExecutable: true)
            let outcome = try await shell.run("bin/run-agent", ["sentinel"], environment: ["PATH": "/usr/bin:/bin"])
            #expect(outcome.status == 69)
            #expect(outcome.output.contains("make build"))
        }
    }

    @Test("make help lists every target")
    func help() async throws {
        let shell = Shell(folder: SourceTree.root)
        let help = try await shell.run("make", ["help"])
        let phony = try #require(try SourceTree.file("Makefile").lines.first { $0.hasPrefix(".PHONY:") })
        for target in phony.split(separator: " ").dropFirst() {
            #expect(help.output.contains("make \(target) "), "\(target)")
        }
    }

    @Test("Setting up a second time does nothing and says nothing")
    func setupTwice() async throws {
        let outcome = try await Shell(folder: SourceTree.root).run("scripts/setup", ["--dry-run"])
        #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.output)")
    }

    @Test(
        "Setting up names what is missing before it installs anything",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/apt-get")))
    func setupNames() async throws {
        try await Shell.inTemporaryFolder { shell in
            // A package database that knows nothing: every package counts as missing.
            try shell.write("#!/bin/sh\nexit 1\n", to: "bin/dpkg-query", isExecutable: true)
            try shell.write(
                "#!/bin/sh\necho called >>'\(shell.folder.path)/called'\n", to: "bin/apt-get", isExecutable: true)
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            let outcome = try await shell.run(
                SourceTree.root.appending(path: "scripts/setup").path, ["--dry-run"],
                environment: ["PATH": "\(shell.folder.path)/bin:\(path)"])
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("libsqlite3-dev zlib1g-dev"), "\(outcome.output)")
            #expect(!FileManager.default.fileExists(atPath: shell.folder.appending(path: "called").path))
        }
    }

    private static let wants: [(String, isWhole: Bool)] = [
        ("demo", false), ("build", false), ("test", true), ("bench", true), ("load", true), ("beside", true),
        ("soak", true), ("simulate", true),
    ]

    @Test("What is built to be run installs little; what tests and measures is set up whole", arguments: wants)
    func setups(target: String, isWhole: Bool) async throws {
        let said = try await Shell(folder: SourceTree.root).run("make", ["--no-print-directory", "-n", target])
        let lines = said.output.split(separator: "\n")
        #expect(said.status == 0 && lines.contains("scripts/setup") == isWhole, "\(said.output)")
        #expect(lines.contains { $0.hasPrefix("scripts/setup") })
        #expect(lines.contains("scripts/setup bench") == (target == "bench"))
    }

    private static let few = "ca-certificates git libsqlite3-dev zlib1g-dev sqlite3"
    private static let sets: [([String], String)] = [
        (["build", "--dry-run"], few),
        (["bench", "--dry-run"], few + " python3 wrk"),
        (
            ["--dry-run"],
            few + " python3 python3-venv chromium chromium-driver poppler-utils caddy default-jre-headless"
        ),
    ]

    @Test("For building no browser, web server or Python is installed; for the tests they are", arguments: sets)
    func setupSets(arguments: [String], packages: String) async throws {
        try await Shell.inTemporaryFolder { shell in
            for name in ["setup", "environment"] {
                let path = "scripts/\(name)"
                try shell.write(try SourceTree.file(path).text, to: path, isExecutable: true)
            }
            // A machine that has next to nothing.
            for name in ["bash", "dirname", "sed", "head", "sort", "grep"] {
                let program = "#!/bin/sh\nPATH=/usr/bin:/bin exec \(name) \"$@\"\n"
                let isShell = name == "bash"
                try shell.write(
                    isShell ? "#!/bin/sh\nexec /bin/bash \"$@\"\n" : program, to: "bin/\(name)", isExecutable: true)
            }
            try shell.write("#!/bin/sh\necho Swift version 6.3\n", to: "bin/swift", isExecutable: true)
            for name in ["dpkg-query", "apt-get"] {
                try shell.write("#!/bin/sh\nexit 1\n", to: "bin/\(name)", isExecutable: true)
            }
            let outcome = try await shell.run(
                "scripts/setup", arguments, environment: ["PATH": "\(shell.folder.path)/bin"])
            #expect(outcome.status == 1)
            let first = outcome.output.split(separator: "\n").first.map(String.init)
            #expect(first == "missing Debian packages: \(packages)", "\(outcome.output)")
            #expect(!outcome.output.contains("Python") || arguments == ["--dry-run"], "\(outcome.output)")
        }
    }

    @Test("A failed test is named again at the end")
    func failures() async throws {
        try await Shell.inTemporaryFolder { shell in
            for path in ["scripts/test", "scripts/environment"] {
                try shell.write(try SourceTree.file(path).text, to: path, isExecutable: true)
            }
            let said = """
                ✘ Test "A thing holds" recorded an issue at A.swift:3:5: Expectation failed: a
                ✔ Test "Another holds" passed after 0.1 seconds.
                ✘ Test run with 2 tests in 1 suite failed after 0.2 seconds with 1 issue.
                """
            let swift = "#!/bin/sh\n[ $1 = test ] || exit 0\necho '\(said)'\nexit 1\n"
            try shell.write(swift, to: "bin/swift", isExecutable: true)
            let outcome = try await shell.run(
                "scripts/test", environment: ["PATH": "\(shell.folder.path)/bin:/usr/bin:/bin"])
            #expect(outcome.status == 1)
            let end = outcome.output.components(separatedBy: "What failed:").last ?? ""
            #expect(end.contains("A thing holds") && !end.contains("Another"), "\(outcome.output)")
            #expect(end.hasSuffix("tests failed (exit 1): 2 tests in 1 suites after 0.2 s\n"), "\(outcome.output)")
        }
    }

    @Test("A pipeline that runs no test is a failure, and a success ends with its totals", arguments: [0, 3])
    func totals(tests: Int) async throws {
        try await Shell.inTemporaryFolder { shell in
            for path in ["scripts/test", "scripts/environment"] {
                try shell.write(try SourceTree.file(path).text, to: path, isExecutable: true)
            }
            let said = "Test run with \(tests) tests in 2 suites passed after 1.5 seconds."
            try shell.write("#!/bin/sh\necho '\(said)'\n", to: "bin/swift", isExecutable: true)
            let outcome = try await shell.run(
                "scripts/test", ["--filter", "Nothing"], environment: ["PATH": "\(shell.folder.path)/bin:/usr/bin:/bin"]
            )
            #expect(outcome.status == (tests == 0 ? 1 : 0))
            let ending =
                tests == 0
                ? /--filter Nothing\n$/ : /ok: 3 tests in 2 suites passed after 1\.5 s of tests, \d+ s in all\n$/
            #expect(outcome.output.firstMatch(of: ending) != nil, "\(outcome.output)")
        }
    }
}
