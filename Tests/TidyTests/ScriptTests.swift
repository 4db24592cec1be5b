import Foundation
import Testing

@Suite("Scripts")
struct ScriptTests {
    @Test("run-agent hands every argument to `bureau run` as it came, and its exit status back")
    func runAgent() async throws {
        try await Shell.inTemporaryFolder { shell in
            try shell.write(try SourceTree.file("bin/run-agent").text, to: "bin/run-agent", isExecutable: true)
            let printing = "#!/bin/sh\nprintf '<%s>' \"$@\"\nexit 3\n"
            try shell.write(printing, to: ".build/debug/bureau", isExecutable: true)
            let outcome = try await shell.run("bin/run-agent", ["sentinel", "--client", "a b", "--", "*"])
            #expect(outcome.output == "<run><sentinel><--client><a b><--><*>")
            #expect(outcome.status == 3)
            try shell.write("#!/bin/sh\necho release\n", to: ".build/release/bureau", isExecutable: true)
            #expect(try await shell.run("bin/run-agent", ["sentinel"]).output == "release\n")
        }
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
}
