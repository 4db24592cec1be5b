import Foundation
import ProductHarness

/// A disk of a few megabytes under everything an installation writes: data, session logs and the delivery folder.
///
/// Mounting needs the right to: `canMount` says whether this process has it. What the processes print stays on the
/// ordinary disk, so that their errors can be read.
struct SmallDisk: Sendable {
    private let root: URL, places: [URL]
    static let megabytes = 24, pieceBytes = 4_096

    static let canMount: Bool = {
        let place = FileManager.default.temporaryDirectory.appending(
            path: "bureau-mount-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: place) }
        guard (try? mount(["-t", "tmpfs", "-o", "size=1m", "tmpfs"], on: place)) != nil else { return false }
        unmount(place)
        return true
    }()

    /// Mounts the disk for as long as `body` takes, under `places` or all three.
    static func under(
        _ installation: Installation, _ places: [URL]? = nil, _ body: (SmallDisk) async throws -> Void
    ) async throws {
        let disk = SmallDisk(
            root: installation.folder.appending(path: "disk"),
            places: places ?? [installation.data, installation.sessionLogs, installation.deliveries])
        defer { for place in disk.places.reversed() + [disk.root] { unmount(place) } }
        try mount(["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs"], on: disk.root)
        for place in disk.places {
            let part = disk.root.appending(path: place.lastPathComponent)
            try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
            try mount(["--bind", part.path], on: place)
        }
        try await body(disk)
    }

    /// Takes every free byte.
    func fill() throws {
        guard FileManager.default.createFile(atPath: filler.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: filler.path])
        }
        let handle = try FileHandle(forWritingTo: filler)
        defer { try? handle.close() }
        let piece = Data(repeating: 1, count: Self.pieceBytes)
        for _ in 0...(Self.megabytes << 20) / Self.pieceBytes {
            do { try handle.write(contentsOf: piece) } catch { return }
        }
        throw NeverHappened("the small disk is full")
    }

    func free() throws { try FileManager.default.removeItem(at: filler) }

    private var filler: URL { root.appending(path: "filler") }

    private static func mount(_ arguments: [String], on place: URL) throws {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        guard run("mount", arguments + [place.path]) == 0 else { throw NeverHappened("a mount on \(place.path)") }
    }

    /// Lazily: a server of the installation may still hold files there and is ended after this.
    private static func unmount(_ place: URL) { _ = run("umount", ["-l", place.path]) }

    private static func run(_ command: String, _ arguments: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [command] + arguments
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        do { try process.run() } catch { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
