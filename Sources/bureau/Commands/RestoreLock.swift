import BureauEngine
import Foundation

/// The lock a restore holds beside the database it replaces. Whoever opens the file meanwhile would write into one that
/// goes away: it is asked for before the file is opened and once more when it is open, for from then on the restore
/// sees it.
enum RestoreLock {
    static let name = "restore"

    static func take(_ settings: Settings, doors: Doors) async throws -> OwnerLock {
        try await OwnerLock.take(
            folder: OwnerLock.folder(besideDatabase: settings.databasePath), owner: name, doors: doors)
    }

    /// Throws while a restore replaces the database of these settings.
    static func refuse(_ settings: Settings) throws {
        let folder = OwnerLock.folder(besideDatabase: settings.databasePath)
        guard OwnerLock.isHeld(folder: folder, owner: name) else { return }
        throw SetupError(
            "a backup is being put back to \(settings.databasePath)", fix: "wait until that has ended, then try again",
            exitCode: ExitStatus.temporary)
    }
}
