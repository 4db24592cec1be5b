import Foundation
import GRDB
import GRDBSQLite

/// GRDB's connection behind the seam. Statements are cached by their text, so constant text costs one parse.
///
/// Binding and stepping go straight to the engine's own functions: GRDB boxes every value and observes every statement,
/// which for the short statements of a signal costs as much as the engine itself.
struct SQLiteConnection: Connection {
    let db: GRDB.Database

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [Row] {
        let statement = try db.cachedStatement(sql: sql)
        let handle = statement.sqliteStatement
        defer { sqlite3_reset(handle) }
        try bind(values, to: handle, sql)
        var found: [Row] = []
        var columns: RowColumns?
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW:
                let count = sqlite3_column_count(handle)
                let names = columns ?? RowColumns(statement.columnNames)
                columns = names
                found.append(Row(columns: names, values: (0..<count).map { column(handle, at: $0) }))
            case SQLITE_DONE: return found
            case let code: throw failure(code, sql)
            }
        }
    }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        let handle = try db.cachedStatement(sql: sql).sqliteStatement
        defer { sqlite3_reset(handle) }
        try bind(values, to: handle, sql)
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: continue
            case SQLITE_DONE: return Int(sqlite3_changes(db.sqliteConnection))
            case let code: throw failure(code, sql)
            }
        }
    }

    /// How many rows this connection has ever changed: tells whether something was written in between.
    var totalChanges: Int64 { sqlite3_total_changes64(db.sqliteConnection) }

    private func bind(_ values: [any SQLBindable], to handle: OpaquePointer, _ sql: String) throws {
        let wanted = sqlite3_bind_parameter_count(handle)
        guard wanted == values.count else {
            throw DatabaseError(
                resultCode: .SQLITE_MISUSE, message: "\(values.count) values for \(wanted) places", sql: sql)
        }
        for (index, value) in values.enumerated() {
            let code = bind(value.sqlValue, to: handle, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw failure(code, sql) }
        }
    }

    private func bind(_ value: SQLValue, to handle: OpaquePointer, at place: Int32) -> Int32 {
        // The engine takes a copy before the call returns (SQLITE_TRANSIENT, a macro Swift cannot read).
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(handle, place)
        case .integer(let number): return sqlite3_bind_int64(handle, place, number)
        case .real(let number): return sqlite3_bind_double(handle, place, number)
        case .text(var text):
            // No bytes at all would be bound as NULL.
            guard !text.isEmpty else { return sqlite3_bind_text(handle, place, "", 0, copied) }
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, place, $0.baseAddress, Int32($0.count), copied)
                }
            }
        case .bytes(let data):
            return data.withUnsafeBytes {
                $0.isEmpty
                    ? sqlite3_bind_zeroblob(handle, place, 0)
                    : sqlite3_bind_blob(handle, place, $0.baseAddress, Int32($0.count), copied)
            }
        }
    }

    private func column(_ handle: OpaquePointer, at index: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, index))
        case SQLITE_TEXT:
            let text = sqlite3_column_text(handle, index)
            let count = Int(sqlite3_column_bytes(handle, index))
            return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            guard let bytes = sqlite3_column_blob(handle, index) else { return .bytes(Data()) }
            return .bytes(Data(bytes: bytes, count: Int(sqlite3_column_bytes(handle, index))))
        default: return .null
        }
    }

    /// Never with the values: an error may be printed.
    private func failure(_ code: Int32, _ sql: String) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(db.sqliteConnection)),
            sql: sql)
    }
}
