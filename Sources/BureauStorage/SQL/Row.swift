package import Foundation
import Synchronization

/// The names of an answer's columns. They are mostly asked for in the order they were selected in, so the search begins
/// where the last one ended: a row of forty columns costs forty comparisons, not eight hundred.
final class RowColumns: Sendable {
    private let names: [String]
    private let next = Atomic(0)

    init(_ names: [String]) { self.names = names }

    func index(of name: String) -> Int? {
        let start = next.load(ordering: .relaxed)
        guard let found = names[start...].firstIndex(of: name) ?? names[..<start].firstIndex(of: name) else {
            return nil
        }
        next.store(found + 1, ordering: .relaxed)
        return found
    }
}

/// One row of an answer. Columns are asked for by name; a wrong name or type is an error that says which.
package struct Row: Sendable {
    let columns: RowColumns
    let values: [SQLValue]

    package func value(_ column: String) throws(StorageError) -> SQLValue {
        guard let index = columns.index(of: column) else { throw .unreadable(column: column, "no such column") }
        return values[index]
    }

    package func text(_ column: String) throws(StorageError) -> String {
        guard let text = try textIfAny(column) else {
            throw .unreadable(column: column, "null where text was expected")
        }
        return text
    }

    package func textIfAny(_ column: String) throws(StorageError) -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let text): return text
        case .integer, .real, .bytes: throw .unreadable(column: column, "not text")
        }
    }

    package func integer(_ column: String) throws(StorageError) -> Int64 {
        guard let number = try integerIfAny(column) else {
            throw .unreadable(column: column, "null where a number was expected")
        }
        return number
    }

    package func integerIfAny(_ column: String) throws(StorageError) -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .integer(let number): return number
        case .text, .real, .bytes: throw .unreadable(column: column, "not a whole number")
        }
    }

    package func flag(_ column: String) throws(StorageError) -> Bool { try integer(column) != 0 }

    package func bytes(_ column: String) throws(StorageError) -> Data {
        guard case .bytes(let data) = try value(column) else { throw .unreadable(column: column, "not bytes") }
        return data
    }
}
