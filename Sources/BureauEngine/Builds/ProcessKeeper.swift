import CDispatch
import CProcess
import CoreFoundation
import Foundation

/// Keeps one command: starts it without privileges, holds it to its limits and writes down how it ended. A process of
/// its own (`bureau keep-builder FOLDER`), so that all of this holds while no server is alive.
package struct ProcessKeeper {
    private static let lookEveryMicroseconds: UInt32 = 40_000
    /// Between being asked to end and being ended.
    private static let graceMilliseconds: Int64 = 3_000
    private static let diskLookMilliseconds: Int64 = 1_000

    private let folder: KeeperFolder
    private let spec: KeptCommand
    private let startedAt = ProcessKeeper.now()

    /// Keeps the command of a folder to its end. Does nothing when another keeper has it.
    package static func keep(_ path: String) throws {
        let folder = KeeperFolder(path: path)
        guard let spec = folder.read(KeptCommand.self, folder.command) else {
            throw BuildProblem(description: "\(folder.command) cannot be read")
        }
        let claim = open(folder.claim, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard claim >= 0 else {
            if errno == EEXIST { return }
            throw BuildProblem.system("make \(folder.claim)")
        }
        close(claim)
        guard let identity = ProcessIdentity.of(getpid()) else { throw BuildProblem(description: "/proc is not there") }
        try folder.write(identity, to: folder.identity)
        let keeper = ProcessKeeper(folder: folder, spec: spec)
        let end: KeptExit
        do { end = try keeper.run() } catch {
            end = KeptExit(outcome: .refused, why: "\(error)")
        }
        try folder.write(end, to: folder.exit)
    }

    private func run() throws -> KeptExit {
        umask(0o022)
        guard cprocess_adopt_orphans() == 0 else { throw BuildProblem.system("watch over a command's children") }
        if !spec.hasNetwork { try proveIsolation() }
        let leader = try Spawn.start(
            Spawn.Request(
                command: wrapped, environment: spec.environment, folder: spec.folder,
                output: spec.separatesOutput ? folder.data : folder.output, errors: folder.output, startsSession: false)
        )
        var end = watch(leader)
        end.leftovers = ProcessTable.end { ProcessTable.descendants(of: getpid()) }
        reap { _, _ in }
        end.milliseconds = Self.now() - startedAt
        end.outputBytes = Self.size(folder.output)
        if end.outcome == .overOutput { truncate(folder.output, off_t(spec.outputBytesMax)) }
        return end
    }

    /// No core files, no file beyond the disk limit, no way to gain privileges, another user when there is one, and then
    /// the machine's folders for everybody's temporary files are the attempt's own.
    private var wrapped: [String] {
        var words = ["/usr/bin/prlimit", "--core=0", "--fsize=\(spec.diskBytesMax)", "--"]
        if !spec.hasNetwork { words += Self.withoutNetwork }
        if spec.user != nil { words += PrivatePlaces(spec).words }
        words += ["/usr/bin/setpriv", "--no-new-privs"]
        if let user = spec.user {
            words += ["--reuid=\(user.userID)", "--regid=\(user.groupID)", "--clear-groups"]
        }
        return words + ["--"] + spec.command
    }

    private static var withoutNetwork: [String] {
        ["/usr/bin/unshare", "--net"] + (geteuid() == 0 ? [] : ["--map-current-user"]) + ["--"]
    }

    /// A builder that was promised to be without network is not started where that cannot be had.
    private func proveIsolation() throws {
        let probe = try Spawn.start(
            Spawn.Request(
                command: Self.withoutNetwork + ["/bin/true"], environment: [:], folder: "/", output: "/dev/null",
                errors: "/dev/null", startsSession: false))
        var status: Int32 = 0
        waitpid(probe, &status, 0)
        guard status == 0 else {
            throw BuildProblem(description: "this machine does not let us take the network away (unshare --net)")
        }
    }

    private func watch(_ leader: Int32) -> KeptExit {
        var nextDiskLook = startedAt + Self.diskLookMilliseconds
        while true {
            if let end = ended(leader) { return end }
            let now = Self.now()
            if folder.exists(folder.stop) { return end(.stopped) }
            if now - startedAt >= spec.millisecondsMax { return end(.overTime) }
            if Self.size(folder.output) > spec.outputBytesMax { return end(.overOutput) }
            if now >= nextDiskLook {
                let used = cprocess_disk_bytes(spec.diskFolder, spec.diskBytesMax)
                if max(used, Self.size(folder.data)) > spec.diskBytesMax { return end(.overDisk) }
                // A large tree is not looked at all the time.
                nextDiskLook = Self.now() + max(Self.diskLookMilliseconds, 5 * (Self.now() - now))
            }
            // A process of its own with one thread: there is nobody whom a blocking wait could hold up.
            usleep(Self.lookEveryMicroseconds)
        }
    }

    private func ended(_ leader: Int32) -> KeptExit? {
        var found: KeptExit?
        reap { pid, status in
            guard pid == leader else { return }
            let signal = status & 0x7F
            found =
                signal == 0
                ? KeptExit(outcome: .exited, code: (status >> 8) & 0xFF) : KeptExit(outcome: .signaled, code: signal)
        }
        // A file that grew to the disk limit ends its writer with a signal; a shell tells of it by a code.
        if let end = found, end.code == (end.outcome == .signaled ? SIGXFSZ : 128 + SIGXFSZ) {
            found?.outcome = .overDisk
        }
        return found
    }

    /// Asks everything to end, waits a little, and leaves the rest to `ProcessTable.end`.
    private func end(_ outcome: KeptExit.Outcome) -> KeptExit {
        for entry in ProcessTable.descendants(of: getpid()) { kill(entry.pid, SIGTERM) }
        let deadline = Self.now() + Self.graceMilliseconds
        while Self.now() < deadline, !ProcessTable.descendants(of: getpid()).isEmpty {
            reap { _, _ in }
            // As in the loop above: the keeper has one thread and waits for nothing else.
            usleep(Self.lookEveryMicroseconds)
        }
        return KeptExit(outcome: outcome)
    }

    private func reap(_ visit: (Int32, Int32) -> Void) {
        var status: Int32 = 0
        while case let pid = waitpid(-1, &status, WNOHANG), pid > 0 { visit(pid, status) }
    }

    private static func size(_ path: String) -> Int64 {
        var facts = stat()
        return lstat(path, &facts) == 0 ? Int64(facts.st_size) : 0
    }

    /// Not the wall clock: a limit holds whatever is done to that.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
