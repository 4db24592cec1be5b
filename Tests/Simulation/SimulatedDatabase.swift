import BureauStorage
import Foundation
import GRDB

@testable import BureauStorage

/// Real SQLite in memory, on the simulation's own thread. It outlives every simulated server: what was committed stays.
final class SimulatedDisk: Sendable {
    private let queue: DatabaseQueue

    init() throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        queue = try DatabaseQueue(configuration: configuration)
        try queue.writeWithoutTransaction { try Migrator.bringUpToDate($0) }
    }

    func read<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        try queue.unsafeRead { try body(SQLiteConnection(db: $0)) }
    }

    func write<Value>(_ body: (any Connection) throws -> Value) throws -> Value {
        do {
            return try queue.write { try body(SQLiteConnection(db: $0)) }
        } catch let error as DatabaseError {
            throw StorageError(error, path: "memory")
        }
    }
}

/// One simulated server's way to the disk. It may die before a commit, or after it and before it learns of it.
struct SimulatedDatabase: BureauStorage.Database {
    let disk: SimulatedDisk
    let life: ServerLife

    func read<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value {
        try await life.step()
        do { return try disk.read(body) } catch let error as DatabaseError {
            throw StorageError(error, path: "memory")
        }
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value {
        try await life.step()
        let value: Value
        if life.mutation == .keptLeases {
            value = try disk.write { db in try body(ForgetfulConnection(db: db)) }
        } else {
            value = try disk.write(body)
        }
        try await life.step()
        return value
    }

    func foreignChangeCount() async throws -> Int64 { 0 }
}

/// A mutation: whoever gives a lease back is told that it worked.
private struct ForgetfulConnection: Connection {
    let db: any Connection

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [BureauStorage.Row] { try db.query(sql, values) }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        sql.contains("SET lease_owner = NULL") ? 1 : try db.execute(sql, values)
    }
}
