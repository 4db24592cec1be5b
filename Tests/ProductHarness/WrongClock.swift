import Foundation

/// A wall clock that a test sets, for the processes of one installation. Debian's libfaketime answers the C library's
/// questions for the time of day; what is slept or measured goes on at its own pace, as on a machine whose clock is set.
package struct WrongClock: Sendable {
    private let file: URL

    private static let library = ["x86_64", "aarch64"]
        .map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
        .first { FileManager.default.fileExists(atPath: $0) }
    package static var isInstalled: Bool { library != nil }

    /// Right until it is set.
    package init() throws {
        file = FileManager.default.temporaryDirectory.appending(path: "bureau-clock-\(UUID().uuidString.prefix(8))")
        try set(seconds: 0)
    }

    /// From now on the time of day is wrong by so much.
    package func set(seconds: Int) throws {
        try Data("\(seconds < 0 ? "" : "+")\(seconds)\n".utf8).write(to: file, options: .atomic)
    }

    package func remove() { try? FileManager.default.removeItem(at: file) }

    package var environment: [String: String] {
        [
            "LD_PRELOAD": Self.library ?? "", "FAKETIME_TIMESTAMP_FILE": file.path, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
        ]
    }
}
