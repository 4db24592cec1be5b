import Foundation
import Subprocess
import Testing

/// What systemd hears on the socket it names.
private final class NotifySocket {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8).prefix(100)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0, "\(path) could not be made")
    }

    deinit { close(descriptor) }

    /// All that was said until now.
    func words() -> [String] {
        var words: [String] = [], buffer = [UInt8](repeating: 0, count: 256)
        for _ in 0..<100 {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { break }
            words.append(String(decoding: buffer.prefix(count), as: UTF8.self))
        }
        return words
    }
}

@Suite("What systemd is told")
struct SystemdTests {
    @Test("Ready when connections are taken, stopping at the end")
    func ready() async throws {
        try await Stage.play { stage in
            let socket = try NotifySocket(stage.installation.folder.appending(path: "n").path)
            let told = Stage(
                sandbox: stage.sandbox, base: stage.base,
                installation: stage.installation.with(["NOTIFY_SOCKET": socket.path]))
            try await told.serving {}
            let words = socket.words()
            #expect(words.first == "WATCHDOG=1" || words.first == "READY=1")
            #expect(words.count { $0 == "READY=1" } == 1 && words.last == "STOPPING=1", "\(words)")
        }
    }

    @Test("A server that cannot listen was never ready")
    func taken() async throws {
        try await Stage.play { stage in
            try await stage.serving {
                let socket = try NotifySocket(stage.installation.folder.appending(path: "n").path)
                // Another installation on an address that is in use.
                let second = stage.installation.with([
                    "NOTIFY_SOCKET": socket.path, "DATA_DIR": stage.installation.folder.appending(path: "other").path,
                    "UNIX_SOCKET": "", "HOST": "127.0.0.1", "PORT": "\(try await stage.sandbox.boundPort)",
                ])
                let outcome = try await second.run("serve")
                #expect(outcome.status != 0)
                #expect(!socket.words().contains("READY=1"))
            }
        }
    }
}
