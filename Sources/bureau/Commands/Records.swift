import BureauEngine
import BureauStorage
import Foundation

/// What commands need that only look at records or change them: no vendor is connected and nobody works.
struct Records: Sendable {
    let settings: Settings
    let database: SQLiteDatabase
    let doors: Doors

    /// `mayCreate` is for commands that make sense in a new installation.
    init(_ settings: Settings, mayCreate: Bool = false, doors: Doors = .system) throws {
        if !FileManager.default.fileExists(atPath: settings.databasePath) {
            guard mayCreate else {
                throw SetupError(
                    "there is no database at \(settings.databasePath)",
                    fix: "name the data folder with --data or DATA_DIR; a new one is made by bureau serve or bureau run"
                )
            }
            try Self.makeFolder(of: settings.databasePath)
        }
        self.settings = settings
        self.doors = doors
        try RestoreLock.refuse(settings)
        database = try SQLiteDatabase(path: settings.databasePath)
        try RestoreLock.refuse(settings)
    }

    /// The limits a server with these settings keeps to.
    var queueRules: QueueRules {
        QueueRules(
            runsInFlightMax: settings.engine.runsInFlightMax, agents: AgentFolder(settings).written.map(\.config))
    }

    var desk: RunDesk { RunDesk(database: database, doors: doors) }
    var audit: AuditDesk { AuditDesk(database: database, doors: doors) }

    static func with<Value>(
        _ settings: Settings, mayCreate: Bool = false, _ body: (Records) async throws -> Value
    ) async throws -> Value {
        let records = try Records(settings, mayCreate: mayCreate)
        let value = try await body(records)
        try records.database.close()
        return value
    }

    private static func makeFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SetupError(
                "the folder \(folder.path) cannot be made: \(error.localizedDescription)",
                fix: "set DATA_DIR to a folder this user may write")
        }
    }
}
