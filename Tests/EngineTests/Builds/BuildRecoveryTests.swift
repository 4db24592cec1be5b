import BureauDomain
import Foundation
import Testing

@testable import BureauEngine

@Suite("A build whose server or keeper dies")
struct BuildRecoveryTests {
    /// Counts how often it was begun, outside of its worktree, and waits to be let on.
    private static let patient = """
        echo begun >> "$HOME/../../../count"
        while [ ! -e "$HOME/../../../go" ]; do sleep 0.05; done
        echo 1 > a; git add a; git commit -qm a
        """

    private static func options() -> BuildHouse.Options {
        var options = BuildHouse.Options()
        options.builder = patient
        return options
    }

    private func folder(_ house: BuildHouse, _ id: String) -> URL { house.folder.appending(path: "builds/\(id)") }

    private func count(_ house: BuildHouse, _ id: String) -> Int {
        let text = (try? String(contentsOf: folder(house, id).appending(path: "count"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").count
    }

    @Test("A worker that is cut off leaves the builder working, and the next one takes it up where it is")
    func adoption() async throws {
        let house = try await BuildHouse(Self.options())
        let run = try await house.start()
        let first = Task { try await house.drive(run.id) }
        try await house.wait(for: folder(house, run.id).appending(path: "count").path)
        first.cancel()
        try? await first.value
        #expect(try await house.find(run.id).state == .running)
        let second = Task { try await house.settled(run.id) }
        _ = FileManager.default.createFile(atPath: folder(house, run.id).appending(path: "go").path, contents: nil)
        let ended = try await second.value
        #expect(ended.state == .done, "\(ended.cause?.sentence ?? "")")
        #expect(count(house, run.id) == 1)
        #expect(try house.report(run.id).commitsCount == 1)
    }

    @Test("A keeper that is killed takes its builder with it, and the round begins anew in a fresh worktree")
    func lostKeeper() async throws {
        let house = try await BuildHouse(Self.options())
        let run = try await house.start()
        let driving = Task { try await house.settled(run.id) }
        try await house.wait(for: folder(house, run.id).appending(path: "count").path)
        let keeper = KeeperFolder(path: folder(house, run.id).path + "/round-1-1/steps/builder")
        let identity = try #require(keeper.read(ProcessIdentity.self, keeper.identity))
        let builders = ProcessTable.descendants(of: identity.pid)
        #expect(!builders.isEmpty)
        kill(identity.pid, SIGKILL)
        try await house.wait(for: folder(house, run.id).path + "/round-1-2/steps/builder/claim")
        #expect(builders.allSatisfy { builder in !ProcessTable.all().contains { $0 == builder } })
        _ = FileManager.default.createFile(atPath: folder(house, run.id).appending(path: "go").path, contents: nil)
        let ended = try await driving.value
        #expect(ended.state == .done, "\(ended.cause?.sentence ?? "")")
        #expect(try await house.build(run.id).attempt == 2)
        #expect(try house.report(run.id).commitsCount == 1)
    }

    @Test("Two keepers of one command start it once")
    func twice() async throws {
        let house = try await BuildHouse()
        let place = KeeperFolder(path: house.folder.appending(path: "kept").path)
        let command = KeptCommand(
            command: ["sh", "-c", "echo begun; sleep 0.3"], folder: "/", environment: ["PATH": "/usr/bin:/bin"],
            millisecondsMax: 60_000, outputBytesMax: 1_000, diskBytesMax: 1_000_000, diskFolder: house.folder.path,
            user: nil, hasNetwork: true)
        let process = KeptProcess(folder: place, keeper: house.parts.settings.builds.keeper, doors: house.doors)
        try process.start(command)
        try process.start(command)
        guard case .ended(let exit) = try await process.follow(command, visit: {}) else {
            Issue.record("it was lost")
            return
        }
        #expect(exit.isSuccess)
        #expect(Tail.lines(place.output, 10) == ["begun"])
    }

    @Test("A number that another process has now is not taken for the keeper's")
    func identity() throws {
        let own = try #require(ProcessIdentity.of(getpid()))
        #expect(own.isAlive)
        #expect(!ProcessIdentity(pid: own.pid, startTicks: own.startTicks - 1, boot: own.boot).isAlive)
        #expect(!ProcessIdentity(pid: own.pid, startTicks: own.startTicks, boot: "another start").isAlive)
    }

    static let lines: [(String, Int32?, UInt64?)] = [
        ("42 (sh) S 7 42 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 555 1 1", 7, 555),
        ("42 (a) b) Z (c) S 7 42 9 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 555 1 1", 7, 555),
        ("42 (sh) S 7 42", nil, nil), ("", nil, nil),
    ]
    @Test("The kernel's line is read whatever a process calls itself", arguments: lines)
    func parsing(line: String, parent: Int32?, start: UInt64?) {
        let entry = ProcessTable.parse(line, 42)
        #expect(entry?.parent == parent)
        #expect(entry?.startTicks == start)
    }
}
