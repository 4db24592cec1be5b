import Foundation
import Glibc
import Testing

@testable import BureauEngine

@Suite("The lock that shows that an owner lives")
struct OwnerLockTests {
    /// A folder in which somebody looks, for as long as a test wants, whether the server is there.
    private func withLooker(_ body: (URL, Int32) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let looker = open(folder.appendingPathComponent("server.lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(looker) }
        try #require(looker >= 0 && flock(looker, LOCK_SH | LOCK_NB) == 0)
        try await body(folder, looker)
    }

    @Test("Who looks whether a server is there is not taken for one")
    func looking() async throws {
        try await withLooker { folder, _ in
            #expect(!OwnerLock.isHeld(folder: folder, owner: "server"))
            // Where no folder is, nobody is.
            let file = folder.appendingPathComponent("server.lock")
            #expect(!OwnerLock.isHeld(folder: file, owner: "server"))
        }
    }

    @Test("Who looks does not keep a server from starting")
    func starting() async throws {
        try await withLooker { folder, looker in
            let clock = VirtualClock()
            var doors = clock.doors
            doors.sleep = { duration in
                try await clock.sleep(duration)
                if clock.slept.count == 3 { _ = flock(looker, LOCK_UN) }
            }
            let lock = try await OwnerLock.take(folder: folder, owner: "server", doors: doors)
            #expect(clock.slept.count == 3 && OwnerLock.isHeld(folder: folder, owner: "server"))
            withExtendedLifetime(lock) {}
        }
    }

    @Test("A server that is there is believed after a second")
    func taken() async throws {
        try await withLooker { folder, _ in
            let clock = VirtualClock()
            await #expect(throws: OwnerLockTaken.self) {
                try await OwnerLock.take(folder: folder, owner: "server", doors: clock.doors)
            }
            #expect(clock.slept.reduce(0, +) == 1_000)
        }
    }
}
