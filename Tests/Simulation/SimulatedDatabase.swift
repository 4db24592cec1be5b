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
            // The three statements are kept parsed, as in `GroupWriter`.
            return try queue.writeWithoutTransaction { db in
                let connection = SQLiteConnection(db: db)
                _ = try connection.execute("BEGIN IMMEDIATE", [])
                do {
                    let value = try body(connection)
                    _ = try connection.execute("COMMIT", [])
                    return value
                } catch {
                    if db.isInsideTransaction { _ = try connection.execute("ROLLBACK", []) }
                    throw error
                }
            }
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
        if let mutation = life.mutation {
            value = try disk.write { db in try body(MutantConnection(db: db, mutation: mutation)) }
        } else {
            value = try disk.write(body)
        }
        try await life.step()
        return value
    }

    func foreignChangeCount() async throws -> Int64 { 0 }
}

/// What mutations do to writes.
private struct MutantConnection: Connection {
    let db: any Connection
    let mutation: Mutation

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [BureauStorage.Row] { try db.query(sql, values) }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        switch mutation {
        case .keptLeases where sql.contains("SET lease_owner = NULL"): return 1
        case .skimmed where sql.contains("SET spent_micro_usd = max"):
            guard case .integer(let spent) = values[0].sqlValue else { return try db.execute(sql, values) }
            return try db.execute(sql, [spent + 1_000_000] + values.dropFirst())
        case .unreserved where sql.contains("INTO spend_hold"):
            return try db.execute(sql, values.prefix(6) + [1])
        case .impossibleStep where sql.contains("INTO run_event"):
            guard case .text("collecting") = values[3].sqlValue else { return try db.execute(sql, values) }
            return 1
        default: return try db.execute(sql, values)
        }
    }
}
