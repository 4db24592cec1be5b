import Foundation

/// What the kernel tells of processes (Linux, proc(5)).
enum ProcessTable {
    struct Entry: Hashable, Sendable {
        let pid: Int32
        let parent: Int32
        let session: Int32
        let startTicks: UInt64
        /// It has ended and only waits to be looked at.
        let isDead: Bool
    }

    static func entry(_ pid: Int32) -> Entry? {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        return parse(String(decoding: bytes, as: UTF8.self), pid)
    }

    /// The name in parentheses may hold anything: what counts begins after the last of them.
    static func parse(_ line: String, _ pid: Int32) -> Entry? {
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let parent = Int32(fields[1]), let session = Int32(fields[3]),
            let start = UInt64(fields[19])
        else { return nil }
        return Entry(
            pid: pid, parent: parent, session: session, startTicks: start, isDead: fields[0] == "Z" || fields[0] == "X")
    }

    static func all() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap(entry)
    }

    /// Every living process that descends from `pid`, itself left out.
    static func descendants(of pid: Int32) -> [Entry] {
        let all = all()
        var family: Set<Int32> = [pid]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for entry in all where family.contains(entry.parent) && family.insert(entry.pid).inserted {
                isGrowing = true
            }
        }
        return all.filter { family.contains($0.pid) && $0.pid != pid && !$0.isDead }
    }

    /// What a keeper that is gone left behind: its session (its number cannot be given to another process while anybody
    /// is in it), and whoever carries its mark. Only what started after it can be meant.
    static func leftBehind(by keeper: ProcessIdentity, mark: String) -> [Entry] {
        guard keeper.boot == ProcessIdentity.currentBoot else { return [] }
        return all().filter { entry in
            guard entry.startTicks >= keeper.startTicks, !entry.isDead, entry.pid != getpid() else { return false }
            return entry.session == keeper.pid || carries(mark, entry.pid)
        }
    }

    static let markVariable = "BUREAU_BUILD_MARK"

    private static func carries(_ mark: String, _ pid: Int32) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { return false }
        return bytes.split(separator: 0).contains { $0.elementsEqual("\(markVariable)=\(mark)".utf8) }
    }

    /// Ends processes until none is left: some may still be starting others. Returns how many there were. The limit is
    /// for what cannot be ended (a process that waits for a broken disk).
    @discardableResult
    static func end(_ find: () -> [Entry]) -> Int {
        var seen: Set<Int32> = []
        for _ in 0..<roundsMax {
            let living = find()
            guard !living.isEmpty else { break }
            for entry in living {
                seen.insert(entry.pid)
                kill(entry.pid, SIGKILL)
            }
            // The kernel takes a moment to end them. Nothing tells of the end of processes that are not our children, so
            // the caller is held here, mostly for one round and never for more than five seconds.
            usleep(endedAfterMicroseconds)
        }
        return seen.count
    }

    private static let roundsMax = 250
    private static let endedAfterMicroseconds: UInt32 = 20_000
}
