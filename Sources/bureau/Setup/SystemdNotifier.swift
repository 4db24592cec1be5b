import BureauEngine
import Foundation
import ServiceLifecycle

/// Tells systemd that the server is alive (sd_notify protocol: datagrams to NOTIFY_SOCKET), and with `ready` that it
/// takes connections. Does nothing when it was not started by systemd.
struct SystemdNotifier: Service {
    let doors: Doors

    private static var path: String? {
        ProcessInfo.processInfo.environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Said by whoever opened the socket, and not before: a port that is taken is a start that failed.
    static func ready() {
        if let path { send("READY=1", to: path) }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let path = Self.path else {
            try? await gracefulShutdown()
            return
        }
        let interval = environment["WATCHDOG_USEC"].flatMap(Int64.init).map { max($0 / 2_000, 500) } ?? 15_000
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                Self.send("WATCHDOG=1", to: path)
                try await doors.sleep(.milliseconds(interval))
            }
        }
        Self.send("STOPPING=1", to: path)
    }

    private static func send(_ state: String, to path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { field in
            field.copyBytes(from: bytes)
            // An abstract socket's name starts with a zero byte, written as @ in the variable.
            if bytes.first == 64 { field[0] = 0 }
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, state, state.utf8.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
