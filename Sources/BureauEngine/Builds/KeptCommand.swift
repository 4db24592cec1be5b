import Foundation

/// What a keeper is told: one command, where it runs, and what ends it.
struct KeptCommand: Codable, Hashable, Sendable {
    /// Program and arguments; no shell reads them.
    var command: [String]
    var folder: String
    /// All the command sees of an environment.
    var environment: [String: String]
    var millisecondsMax: Int64
    var outputBytesMax: Int64
    var diskBytesMax: Int64
    /// Whose size counts against the disk limit.
    var diskFolder: String
    /// Nil keeps the keeper's own user.
    var user: BuildUser?
    var hasNetwork: Bool
    /// Standard output goes into a file of its own, for data.
    var separatesOutput = false
}

/// How a kept command ended.
struct KeptExit: Codable, Hashable, Sendable {
    enum Outcome: String, Codable, Sendable {
        case exited, signaled
        case overTime = "over_time"
        case overOutput = "over_output"
        case overDisk = "over_disk"
        /// Somebody asked for it.
        case stopped
        /// It was never started.
        case refused
    }

    var outcome: Outcome
    /// Exit code or signal.
    var code: Int32 = 0
    var milliseconds: Int64 = 0
    var outputBytes: Int64 = 0
    /// Processes that were still there when the command had ended, and were ended too.
    var leftovers = 0
    var why: String?

    var isSuccess: Bool { outcome == .exited && code == 0 }
    var seconds: Double { Double(milliseconds) / 1_000 }
}

/// A process, told from every other that will ever have its number.
struct ProcessIdentity: Codable, Hashable, Sendable {
    var pid: Int32
    /// Clock ticks between the machine's start and the process's.
    var startTicks: UInt64
    /// Which start of the machine.
    var boot: String

    var isAlive: Bool {
        guard boot == Self.currentBoot, let entry = ProcessTable.entry(pid) else { return false }
        return entry.startTicks == startTicks && !entry.isDead
    }

    static func of(_ pid: Int32) -> ProcessIdentity? {
        ProcessTable.entry(pid).map { ProcessIdentity(pid: pid, startTicks: $0.startTicks, boot: currentBoot) }
    }

    static var currentBoot: String {
        let bytes = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// "4711@830243": for people and rows.
    var text: String { "\(pid)@\(startTicks)" }
}

/// The files by which a server and a keeper know of each other, in one folder for each command. They outlive both.
struct KeeperFolder: Sendable, Hashable {
    let path: String

    var command: String { path + "/command.json" }
    /// Made by the keeper that starts the command; no second one does.
    var claim: String { path + "/claim" }
    var identity: String { path + "/keeper.json" }
    /// Made by whoever wants the command to end.
    var stop: String { path + "/stop" }
    var output: String { path + "/output.log" }
    var data: String { path + "/data" }
    var exit: String { path + "/exit.json" }
    var keeperLog: String { path + "/keeper.log" }

    func read<Value: Decodable>(_ type: Value.Type, _ path: String) -> Value? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(type, from: $0) }
    }

    /// Whole or not at all, and on the disk when it returns.
    func write(_ value: some Encodable, to path: String) throws {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BuildProblem.system("write \(temporary)") }
        defer { close(descriptor) }
        let bytes = [UInt8](try JSONEncoder().encode(value))
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else { throw BuildProblem.system("write \(path)") }
    }

    func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

/// Something about this machine or a repository stands in the way of a build. Safe to show.
package struct BuildProblem: Error, Hashable, CustomStringConvertible {
    package let description: String

    static func system(_ what: String) -> BuildProblem {
        BuildProblem(description: "cannot \(what): \(String(cString: strerror(errno)))")
    }
}
