import Foundation

/// A loopback port that is taken, so that no other test's server gets it, and where nobody listens.
struct ClosedPort {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = DeafPort.makeSocket()
        guard let address = DeafPort.place(of: descriptor) else { throw DeafPort.Failed() }
        port = UInt16(bigEndian: address.sin_port)
    }

    func close() { _ = Foundation.close(descriptor) }
}

/// A loopback port whose queue of waiting connections is full: further ones are neither taken nor refused.
struct DeafPort {
    struct Failed: Error {}

    let port: UInt16
    private let sockets: [Int32]

    init() throws {
        let listener = Self.makeSocket()
        guard let address = Self.place(of: listener), listen(listener, 0) == 0 else { throw Failed() }
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = UInt16(bigEndian: address.sin_port)
        // The kernel keeps one more than the backlog says; a few more waiters make sure.
        var waiters: [Int32] = []
        for _ in 0..<4 {
            let waiter = Self.makeSocket()
            _ = fcntl(waiter, F_SETFL, O_NONBLOCK)
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = connect(waiter, $0, length) }
            }
            waiters.append(waiter)
        }
        sockets = waiters + [listener]
    }

    func close() { for socket in sockets { _ = Foundation.close(socket) } }

    /// Any free port of loopback, which the socket has from now on.
    fileprivate static func place(of descriptor: Int32) -> sockaddr_in? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        return isBound ? address : nil
    }

    fileprivate static func makeSocket() -> Int32 {
        #if os(Linux)
        socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }
}
