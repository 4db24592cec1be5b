import Foundation
import Testing

@testable import bureau

@Suite("bureau doctor, where agents build")
struct BuildChecksTests {
    private static func findings(_ here: Installation, _ more: [String: String] = [:]) throws -> [Finding] {
        let places = ["AGENTS_DIR": "agents", "DATA_DIR": "data"].mapValues { here.folder.appending(path: $0).path }
        let settings = try Settings(bureau.Environment(places.merging(more) { $1 }))
        return BuildChecks(settings: settings, units: here.folder.appending(path: "units")).findings()
    }

    @Test("What an agent that builds lacks is named; with all of it there is nothing to complain of")
    func missing() async throws {
        try await Installation.inTemporaryFolder { here in
            #expect(try Self.findings(here).isEmpty, "no agent builds")
            let repository = here.folder.appending(path: "platform.git")
            try here.write(
                DemoPlatform.agent.replacing("/srv/git/platform.git", with: repository.path),
                to: "agents/platform-build.json")
            try here.write("[Service]\nUser=bureau\n", to: "units/bureau.service")
            let first = try Self.findings(here).map(\.detail)
            for words in [
                "platform-build: there is no repository", "its drop-in lacks ReadWritePaths=, ProcSubset=all, KillMode",
                "could read its secrets",
            ] { #expect(first.contains { $0.contains(words) }, "\(first)") }
            try FileManager.default.createDirectory(at: repository, withIntermediateDirectories: true)
            try here.write(
                "[Service]\nReadWritePaths=/srv/git\nProcSubset=all\nKillMode=process\n",
                to: "units/bureau.service.d/build.conf")
            let rest = try Self.findings(here, ["BUILD_SANDBOXED": "1"])
            #expect(rest.map(\.status) == [.ok], "\(rest)")
        }
    }
}
