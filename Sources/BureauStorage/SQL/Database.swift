/// The seam between Bureau and what keeps its rows. SQLite is the embedded engine; a second engine speaks the same text.
///
/// Statements use `?` for values, in order. A `write` is one transaction: it returns after the commit is on disk, and
/// many waiting writers may share one commit. A body that throws leaves nothing behind and disturbs no other writer.
package protocol Database: Sendable {
    /// Reads one consistent state. `body` must not write.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value
    /// The same for a few rows found by an index. An engine may answer on the caller's own thread: what has many rows to
    /// go through would hold up whatever else waits for that thread.
    func lookUp<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value
    /// Runs `body` in one transaction. `body` touches nothing but its connection: when another writer of the same commit
    /// fails it is undone and run once more, and only the last run counts.
    @discardableResult
    func write<Value: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Value) async throws -> Value
    /// A number that changes when another process has committed. Cheap enough to ask ten times a second.
    func foreignChangeCount() async throws -> Int64
}

/// One connection, valid inside the body it is given to.
package protocol Connection {
    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [Row]
    /// Returns how many rows the statement changed.
    @discardableResult
    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int
}

extension Connection {
    package func first(_ sql: String, _ values: [any SQLBindable] = []) throws -> Row? {
        try query(sql, values).first
    }

    package func query(_ sql: String) throws -> [Row] { try query(sql, []) }
}

extension Database {
    package func lookUp<Value: Sendable>(
        _ body: @escaping @Sendable (any Connection) throws -> Value
    ) async throws -> Value {
        try await read(body)
    }

    package func query(_ sql: String, _ values: [any SQLBindable] = []) async throws -> [Row] {
        try await read { try $0.query(sql, values) }
    }
}
