import Foundation

/// Ends a process the hard way, as a power cut would, and nothing but the process a rule named.
enum ProcessKiller {
    static func mayKill(_ pid: Int32) -> Bool {
        pid > 1 && pid != getpid() && kill(pid, 0) == 0
    }

    static func killNow(_ pid: Int32?) {
        guard let pid, mayKill(pid) else { return }
        kill(pid, SIGKILL)
    }
}
