import BureauDomain
import Foundation
import ProductHarness
import Testing

@testable import BureauEngine

@Suite("A builder's limits")
struct BuildLimitTests {
    /// A builder that tries to outlive its end: in the background, in a session of its own, without its environment.
    private static func stubborn(_ seconds: Int) -> String {
        """
        trap '' TERM
        sleep \(seconds) &
        setsid sh -c 'trap "" TERM; sleep \(seconds)' &
        setsid env -i sh -c 'setsid sleep \(seconds) &' &
        touch "$HOME/started"
        """
    }

    /// Left alone they would go on for days; what was killed takes as long to go as the machine is busy.
    private static func isGone(_ text: String) async throws {
        try await eventually("no process of \(text) is left") { BuildHouse.processes(with: text).isEmpty ? true : nil }
    }

    @Test("At its time limit everything it has started is ended, and the run stops with that cause")
    func time() async throws {
        var options = BuildHouse.Options()
        options.builder = Self.stubborn(987_001) + "\nsleep 987001"
        options.policy = #""limits": {"minutes": 0.03}"#
        let house = try await BuildHouse(options)
        let run = try await house.built()
        #expect(run.state == .stopped)
        #expect(run.cause?.code == .overTime)
        try await Self.isGone("987001")
    }

    @Test("A clock that is set a day ahead takes nothing of the time its checks have")
    func clockAhead() async throws {
        var options = BuildHouse.Options()
        options.builder = """
            touch "$HOME/started"
            for i in $(seq 1 1200); do test -e "$HOME/go" && break; sleep 0.1; done
            echo 1 > a; git add a; git commit -qm a
            """
        options.policy = #""checks": [{"name": "fine", "command": ["sleep", "0.2"]}]"#
        let house = try await BuildHouse(options)
        let run = try await house.start()
        let driving = Task { try await house.drive(run.id) }
        let home = house.folder.appending(path: "builds/\(run.id)/round-1-1/own/home")
        try await house.wait(for: home.appending(path: "started").path)
        house.pass(hours: 24)
        try Data().write(to: home.appending(path: "go"))
        try await driving.value
        #expect(try await house.settled(run.id).state == .done)
        #expect(try await house.events(run.id).contains { $0.detail.hasPrefix("check-fine ended well") })
    }

    @Test("What it leaves running when it ends well is ended too")
    func leftovers() async throws {
        var options = BuildHouse.Options()
        options.builder = Self.stubborn(987_002) + "\necho 1 > a; git add a; git commit -qm a"
        let house = try await BuildHouse(options)
        let run = try await house.built()
        #expect(run.state == .done, "\(run.cause?.sentence ?? "")")
        #expect(try await house.events(run.id).contains { $0.detail.contains("processes were still there") })
        try await Self.isGone("987002")
    }

    static let excesses: [(String, String, String, String)] = [
        (
            "prints", "yes 'a line that says little' | head -c 40000000; sleep 600", #""limits": {"output_mb": 1}"#,
            "printed more than 1"
        ),
        ("writes", "head -c 60000000 /dev/zero > big; sleep 600", #""limits": {"disk_mb": 8}"#, "left more than 8"),
        (
            "writes many", "mkdir m; for i in $(seq 1 4000); do echo x > m/$i; done; sleep 600",
            #""limits": {"disk_mb": 5}"#, "left more than 5"
        ),
    ]
    @Test("One that takes too much is ended", arguments: excesses)
    func excess(name: String, script: String, policy: String, words: String) async throws {
        var options = BuildHouse.Options()
        options.builder = script
        options.policy = policy
        let house = try await BuildHouse(options)
        let run = try await house.built()
        #expect(run.state == .stopped)
        #expect(run.cause?.code == .overLimit)
        #expect(run.cause?.sentence.contains(words) == true, "\(run.cause?.sentence ?? "")")
        let output = BuildFolder(house.parts.settings.builds, try await house.build(run.id)).keeper("builder").output
        let size = try FileManager.default.attributesOfItem(atPath: output)[.size] as? NSNumber
        #expect((size?.intValue ?? 0) <= 1 << 20)
    }

    private static let canMount = geteuid() == 0 && system("/usr/bin/unshare --mount /bin/true 2> /dev/null") == 0

    @Test(
        "What another user's builder puts into the machine's shared folders counts as its own, and goes with it",
        .enabled(if: canMount, "only root can do so, and not in every container"))
    func sharedFolders() async throws {
        let name = "/dev/shm/bureau-test-\(UUID().uuidString)"
        defer { for number in 1...6 { unlink("\(name)-\(number)") } }
        var options = BuildHouse.Options()
        options.builder =
            "for i in 1 2 3 4 5 6; do head -c 4000000 /dev/zero > \(name)-$i; done; ls /dev/shm /var/tmp; sleep 600"
        options.policy = #""limits": {"disk_mb": 8}"#
        options.settings = { $0.userName = "nobody" }
        let house = try await BuildHouse(options)
        let run = try await house.built()
        #expect(run.cause?.code == .overLimit, "\(run.cause?.sentence ?? "")")
        #expect(access(name + "-1", F_OK) != 0)
        let own = BuildFolder(house.parts.settings.builds, try await house.build(run.id)).temporary
        #expect(try FileManager.default.contentsOfDirectory(atPath: own).count >= 2)
    }

    static let hidden: [([String], [String: String], Set<String>)] = [
        (["make"], ["HOME": "/srv/b/own/home"], ["/tmp", "/var/tmp", "/dev/shm"]),
        (["/tmp/tool", "x"], [:], ["/var/tmp", "/dev/shm"]),
        (["make", "--cache=/var/tmp/c"], ["PATH": "/bin:/tmp/bin"], ["/dev/shm"]),
        (["make"], ["HOME": "/srv/tmp/x"], ["/tmp", "/var/tmp", "/dev/shm"]),
    ]
    @Test("A shared folder that a command is given by name stays as it is", arguments: hidden)
    func named(command: [String], environment: [String: String], places: Set<String>) {
        let spec = KeptCommand(
            command: command, folder: "/srv/b/own/tree", environment: environment, millisecondsMax: 1,
            outputBytesMax: 1, diskBytesMax: 1, diskFolder: "/srv/b/own", user: nil, hasNetwork: true)
        #expect(Set(PrivatePlaces(spec).places) == places.filter { access($0, F_OK) == 0 })
    }

    @Test("A person's stop ends it, and everything it has started")
    func stop() async throws {
        var options = BuildHouse.Options()
        options.builder = Self.stubborn(987_003) + "\nsleep 987003"
        let house = try await BuildHouse(options)
        let run = try await house.start()
        let driving = Task { try await house.drive(run.id) }
        try await house.wait(for: house.folder.appending(path: "builds/\(run.id)/round-1-1/own/home/started").path)
        _ = try await RunDesk(database: house.database, doors: house.doors).stop(run.id, by: "cli test", reason: nil)
        try await driving.value
        let ended = try await house.settled(run.id)
        #expect(ended.state == .stopped)
        #expect(ended.cause?.code == .byPerson)
        try await Self.isGone("987003")
    }

    @Test("Without network it has none, or is not started where that cannot be had")
    func network() async throws {
        var options = BuildHouse.Options()
        options.builder = "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' > net; git add net; git commit -qm net"
        options.policy = #""network": false"#
        let house = try await BuildHouse(options)
        let run = try await house.built()
        if run.state == .done {
            let branch = try await house.build(run.id).branch
            #expect(try await house.file("net", on: branch) == "lo\n")
        } else {
            #expect(run.cause?.sentence.contains("take the network away") == true, "\(run.cause?.sentence ?? "")")
        }
    }

    @Test(
        "It runs as the user the service names, gains nothing by any program, and cannot reach what is ours",
        .enabled(if: geteuid() == 0, "only root can start programs as another user"))
    func user() async throws {
        var options = BuildHouse.Options()
        options.builder = """
            id -un; id -G; grep NoNewPrivs /proc/self/status; ls "$HOME/../../steps" 2>&1 || true
            cat "$HOME/../../../../../bureau.db" > /dev/null 2>&1 || echo 'no database'
            echo 1 > a; git add a; git commit -qm a
            """
        options.settings = { $0.userName = "nobody" }
        let house = try await BuildHouse(options)
        chmod(house.folder.appending(path: "bureau.db").path, 0o600)
        let run = try await house.built()
        #expect(run.state == .done, "\(run.cause?.sentence ?? "")")
        let log = try house.log(run.id)
        #expect(log.contains("builder: nobody") && log.contains("NoNewPrivs: 1"))
        #expect(log.contains("Permission denied") && log.contains("no database"))
        #expect(!log.contains("builder: 0\""))
    }

    static let users: [(String?, Bool, Bool, String?)] = [
        (nil, false, true, "BUILD_USER"), (nil, false, false, "BUILD_SANDBOXED"), (nil, true, true, nil),
        (nil, true, false, nil), ("root", false, true, "may not be root"),
        ("no-such-user-here", true, true, "no such user"),
        ("nobody", true, false, "only root"),
    ]
    @Test("A builder never runs as us, unless somebody says that there is nothing to see", arguments: users)
    func policy(name: String?, isSandboxed: Bool, isRoot: Bool, refusal: String?) {
        var settings = BuildSettings(folder: URL(filePath: "/nowhere"))
        (settings.userName, settings.isSandboxed) = (name, isSandboxed)
        do throws(BuildProblem) {
            let user = try settings.user(isRoot: isRoot)
            #expect(refusal == nil && user == nil)
        } catch {
            #expect(refusal.map(error.description.contains) == true, "\(error)")
        }
    }
}
