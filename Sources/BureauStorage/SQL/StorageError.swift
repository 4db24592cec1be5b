/// Why the store could not answer. `description` is safe to print: it names statements' faults, never bound values.
package enum StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A rule of the schema refused the row (unique, check, foreign key).
    case refused(String)
    /// The disk is full: nothing was written, the state is as it was.
    case diskFull(path: String)
    /// Another process kept the database locked for longer than we wait.
    case busy
    /// The file is damaged or is not a Bureau database.
    case damaged(String)
    /// A row did not have the shape the code expects.
    case unreadable(column: String, String)
    /// The database was written by a newer Bureau.
    case tooNew(found: Int, known: Int)
    case other(String)

    package var description: String {
        switch self {
        case .refused(let rule): "the database refused a row: \(rule)"
        case .diskFull(let path): "the disk that holds \(path) is full; free some space, nothing was written"
        case .busy: "another process kept the database locked; try again, or find it with 'fuser' on the file"
        case .damaged(let what): "the database is damaged: \(what); restore the last backup"
        case .unreadable(let column, let why): "column \(column) could not be read: \(why)"
        case .tooNew(let found, let known):
            "the database has schema \(found), this bureau knows up to \(known); install the newer version again"
        case .other(let what): "the database failed: \(what)"
        }
    }
}
