import Foundation
import GRDB

/// GRDB's connection behind the seam. Statements are cached by their text, so constant text costs one parse.
struct SQLiteConnection: Connection {
    let db: GRDB.Database

    func query(_ sql: String, _ values: [any SQLBindable]) throws -> [Row] {
        let statement = try db.cachedStatement(sql: sql)
        let rows = try GRDB.Row.fetchCursor(statement, arguments: arguments(values))
        let columns = statement.columnNames
        var found: [Row] = []
        while let row = try rows.next() {
            found.append(Row(columns: columns, values: columns.indices.map { value(row, at: $0) }))
        }
        return found
    }

    func execute(_ sql: String, _ values: [any SQLBindable]) throws -> Int {
        let statement = try db.cachedStatement(sql: sql)
        try statement.execute(arguments: arguments(values))
        return db.changesCount
    }

    private func arguments(_ values: [any SQLBindable]) -> StatementArguments {
        StatementArguments(
            values.map { bindable -> (any DatabaseValueConvertible)? in
                switch bindable.sqlValue {
                case .null: nil
                case .integer(let number): number
                case .real(let number): number
                case .text(let text): text
                case .bytes(let data): data
                }
            })
    }

    private func value(_ row: GRDB.Row, at index: Int) -> SQLValue {
        switch (row[index] as DatabaseValue).storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .double(let number): .real(number)
        case .string(let text): .text(text)
        case .blob(let data): .bytes(data)
        }
    }
}
