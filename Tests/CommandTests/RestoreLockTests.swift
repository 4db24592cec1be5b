import BureauEngine
import Foundation
import Testing

@testable import bureau

@Suite("The lock of a restore")
struct RestoreLockTests {
    @Test("Who looks just now whether a restore is under way does not keep it from its lock")
    func looking() async throws {
        try await Installation.inTemporaryFolder { here in
            let settings = try Settings(bureau.Environment(["DATA_DIR": here.folder.path]))
            let folder = OwnerLock.folder(besideDatabase: settings.databasePath)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let looker = open(folder.appending(path: "restore.lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            defer { close(looker) }
            try #require(looker >= 0 && flock(looker, LOCK_SH | LOCK_NB) == 0)
            var doors = Doors.system
            doors.sleep = { _ in _ = flock(looker, LOCK_UN) }
            let lock = try await RestoreLock.take(settings, doors: doors)
            #expect(throws: SetupError.self) { try RestoreLock.refuse(settings) }
            withExtendedLifetime(lock) {}
        }
    }
}
