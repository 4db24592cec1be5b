import Foundation

/// Sends `pieces` one by one and reads what comes back, on a thread of its own: tasks' threads must not wait.
func answer(
    port: Int, _ pieces: [String], finish: Bool = false, until isEnough: @escaping @Sendable (String) -> Bool
) async throws -> String {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread {
            done.resume(
                with: Result {
                    let socket = try RawSocket(port: port)
                    for piece in pieces { try socket.send(piece) }
                    if finish { socket.finishSending() }
                    return socket.read(until: isEnough)
                })
        }
    }
}

/// Bytes to and from a port of this machine, without a client that tidies them up.
struct RawSocket: ~Copyable {
    private let descriptor: Int32
    /// A stream says nothing for a quarter of a minute at a time, and a busy machine for longer.
    static let waitSecondsMax = 180

    struct Failed: Error { let step: String }

    init(port: Int, waitSeconds: Int = waitSecondsMax) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: waitSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failed(step: "connect") }
    }

    deinit { close(descriptor) }

    /// A port nobody listens on just now. None of those that connections are given: one of them would soon be taken.
    static func freePort() throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 10_000..<32_000)
            if isFree(port) { return port }
        }
        throw Failed(step: "bind")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    borrowing func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failed(step: "send") }
            sent += count
        }
    }

    /// No more will be sent; the answers still come.
    borrowing func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// What has come since, when something has; nil at the end or after `waitSecondsMax`.
    borrowing func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Reads until `isEnough`, or the other side has closed, or it takes too long.
    borrowing func read(until isEnough: (String) -> Bool) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isEnough(String(decoding: text, as: UTF8.self)) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
