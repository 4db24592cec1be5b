import Foundation
import ProductHarness
import Testing

/// Backups onto a disk that is full, and backups that are killed: what was there before stays whole.
@Suite("A backup that fails leaves the one before it")
struct BackupFaultTests {
    /// A small disk of its own needs the right to mount one, in a namespace that goes away with the command.
    static let canMount = run("unshare -m sh -c 'mount -t tmpfs -o size=1m tmpfs /mnt'").status == 0

    @Test("On a full disk", .enabled(if: canMount))
    func diskFull() async throws {
        try await prepared { installation in
            let script = """
                mount -t tmpfs -o size=64m tmpfs "$DISK" && "$BUREAU" db backup "$DISK" --data "$DATA" > /dev/null || exit 90
                dd if=/dev/zero of="$DISK/filler" bs=64k > /dev/null 2>&1; truncate -s -131072 "$DISK/filler"
                sleep 1.1; "$BUREAU" db backup "$DISK" --data "$DATA" 2>&1; echo "status $?"
                ls "$DISK"; cd "$DISK"/bureau-* && sha256sum --quiet -c MANIFEST 2>/dev/null && echo "whole"
                """
            let outcome = Self.run("unshare -m sh -c '\(script)'", try Self.environment(installation))
            #expect(outcome.text.contains("status 1"), "\(outcome)")
            #expect(outcome.text.contains("is full"), "\(outcome)")
            #expect(outcome.text.contains("whole"), "\(outcome)")
            let backups = outcome.text.split(separator: "\n").filter { $0.hasPrefix("bureau-") }
            #expect(backups.count == 1 && !backups[0].hasSuffix(".part"), "\(outcome)")
        }
    }

    @Test("Killed in the middle, by the limit of a file's size")
    func killed() async throws {
        try await prepared { installation in
            let script = """
                (ulimit -c 0; ulimit -f 64; "$BUREAU" db backup "$DISK" --data "$DATA" > /dev/null 2>&1); echo "status $?"
                ls "$DISK"; echo "--"; "$BUREAU" db backup "$DISK" --data "$DATA" > /dev/null || exit 90
                ls "$DISK"; cd "$DISK"/bureau-* && sha256sum --quiet -c MANIFEST 2>/dev/null && echo "whole"
                """
            let outcome = Self.run(script, try Self.environment(installation))
            #expect(!outcome.text.contains("status 0"), "\(outcome)")
            #expect(outcome.text.contains("whole"), "\(outcome)")
            let after = outcome.text.components(separatedBy: "--\n").last ?? ""
            #expect(!after.contains(".part"), "\(outcome)")
        }
    }

    /// An installation whose run has ended, with its server stopped.
    private func prepared(_ body: @Sendable (Installation) async throws -> Void) async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try await installation.board.move(KillTests.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await installation.stop(server)
            try await body(installation)
        }
    }

    private static func environment(_ installation: Installation) throws -> [String: String] {
        let disk = installation.folder.appending(path: "disk")
        try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
        return installation.environment.merging([
            "BUREAU": try ProductBinary.url().path, "DISK": disk.path, "DATA": installation.data.path,
        ]) { $1 }
    }

    private static func run(_ script: String, _ environment: [String: String] = [:]) -> (status: Int32, text: String) {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(environment) { $1 }
        (process.standardOutput, process.standardError) = (pipe, pipe)
        do { try process.run() } catch { return (-1, "\(error)") }
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
