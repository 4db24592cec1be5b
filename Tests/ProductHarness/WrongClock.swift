import Foundation

/// A wall clock that a test sets, for every process of one installation, while they run. `Tests/WrongClock` answers their
/// questions for the time of day; what is slept or measured goes on at its own pace, as on a machine whose clock is set.
package struct WrongClock: Sendable {
    private let file: URL

    /// Built beside the binary. There is none where libraries are not loaded ahead of the C library.
    private static let library = (try? ProductBinary.url())?.deletingLastPathComponent()
        .appending(path: "libWrongClock.so")
    package static let isThere = library.map { FileManager.default.fileExists(atPath: $0.path) } ?? false

    /// Right until it is set.
    package init() throws {
        file = FileManager.default.temporaryDirectory.appending(path: "bureau-clock-\(UUID().uuidString.prefix(8))")
        guard FileManager.default.createFile(atPath: file.path, contents: Data(count: 8)) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: file.path])
        }
    }

    /// From now on the time of day is wrong by so much.
    package func set(seconds: Int) throws {
        // Into the same file: it is mapped by those who look.
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        try handle.write(contentsOf: withUnsafeBytes(of: Int64(seconds)) { Data($0) })
    }

    package func remove() { try? FileManager.default.removeItem(at: file) }

    package var environment: [String: String] {
        ["LD_PRELOAD": Self.library?.path ?? "", "WRONG_CLOCK_FILE": file.path]
    }
}
