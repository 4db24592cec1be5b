import BureauSandbox
import Foundation
import ProductHarness
import Testing

/// A backup of a live server, put back after the world went on: what the vendors have is taken over, nothing is repeated.
@Suite("A restored backup repeats nothing")
struct BackupJourneyTests {
    private static let task = "86demoshm1"

    @Test("Made in the middle of a run that then ended")
    func midRun() async throws {
        try await Installation.open { installation in
            try await installation.steer(["hold_at": 120])
            let server = try await installation.startServer()
            try await installation.board.move(Self.task, to: "ready (automate)")
            let session = try await eventually("the session stands at 120 events") {
                await installation.look().sessions.first { $0.events >= 120 }
            }
            let backup = try await Self.backup(installation)
            try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            try await installation.waitForRest(at: server)
            try await Self.goBack(installation, server, to: backup)
        }
    }

    @Test("Made before the run was accepted: its session tells of it", arguments: [true, false])
    func beforeRun(isEnded: Bool) async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            let backup = try await Self.backup(installation)
            if !isEnded { try await installation.steer(["hold_at": 150]) }
            try await installation.board.move(Self.task, to: "ready (automate)")
            if isEnded {
                try await installation.waitForRest(at: server)
            } else {
                let session = try await eventually("the session stands at 150 events") {
                    await installation.look().sessions.first { $0.events >= 150 }
                }
                try await server.process.killNow()
                try await installation.steer(["session_id": .string(session.id), "hold_at": nil])
            }
            try await Self.goBack(installation, server, to: backup)
        }
    }

    @Test("Until the vendor tells what was started since, nothing is started")
    func closed() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            let backup = try await Self.backup(installation)
            try await installation.board.move(Self.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await installation.stop(server)
            _ = try await installation.command("db", "restore", backup.path, "--force")
            try installation.sandbox.faults.add(
                FaultRule(vendor: "anthropic", operation: "session.list", times: 100, .status(403)))
            let shut = try await installation.command("serve", "--port", "0")
            #expect(shut.status == 75 && shut.text.contains("cannot be asked"), "\(shut.text)")
            #expect(try await installation.records().runs.isEmpty)
            installation.sandbox.faults.clear()
            let open = try await installation.startServer()
            try await installation.waitForRest(at: open)
            #expect(await installation.look().sessions.count == 1)
        }
    }

    @Test("A restore is refused beside a server, over newer things, and from a backup that was changed")
    func refused() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            let backup = try await Self.backup(installation)
            let beside = try await installation.command("db", "restore", backup.path)
            #expect(beside.status == 75 && beside.text.contains("running bureau serve"), "\(beside.text)")
            try await installation.board.move(Self.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            try await installation.stop(server)
            let older = try await installation.command("db", "restore", backup.path)
            #expect(older.status == 1 && older.text.contains("--force"), "\(older.text)")
            // As a restore that copies files for minutes.
            let restoring = open(
                installation.data.appending(path: "owners/restore.lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            #expect(restoring >= 0 && flock(restoring, LOCK_EX | LOCK_NB) == 0)
            let pause = try await installation.command("intake", "pause", "--reason", "x")
            #expect(pause.status == 75 && pause.text.contains("is being put back"), "\(pause.text)")
            let begin = try await installation.command("run", "sentinel", "--task", Self.task)
            #expect(begin.status == 75 && begin.text.contains("is being put back"), "\(begin.text)")
            close(restoring)
            let file = backup.appending(path: "bureau.db")
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
            let changed = try await installation.command("db", "restore", backup.path, "--force")
            #expect(changed.status == 1 && changed.text.contains("bureau.db was changed"), "\(changed.text)")
            #expect(try await installation.records().runs.first?.state == "done")
            let checked = try await installation.command("db", "check")
            #expect(checked.status == 0 && checked.text.contains("2 files, 1 receipt chain"), "\(checked.text)")
        }
    }

    @Test(
        "Only so many backups stay, closed to others; db check names a stored file that is lost and one that was changed"
    )
    func kept() async throws {
        try await Installation.open { installation in
            let server = try await installation.startServer()
            try await installation.board.move(Self.task, to: "ready (automate)")
            try await installation.waitForRest(at: server)
            let first = try await Self.backup(installation, "--keep", "1")
            try await Task.sleep(for: .seconds(1.1))
            let second = try await Self.backup(installation, "--keep", "1")
            let left = try FileManager.default.contentsOfDirectory(atPath: second.deletingLastPathComponent().path)
            #expect(left == [second.lastPathComponent] && first != second)
            let paths = try FileManager.default.subpathsOfDirectory(atPath: second.path)
            #expect(paths.filter { $0.hasPrefix("blobs/") && $0.contains("sentinel-audit") }.count == 2, "\(paths)")
            for path in paths + [""] {
                let mode = try FileManager.default.attributesOfItem(atPath: second.path + "/" + path)[.posixPermissions]
                #expect((mode as? NSNumber).map { $0.intValue & 0o077 } == 0, "\(path) can be read by others")
            }
            let folder = installation.data.appending(path: "blobs/runs")
            let run = try #require(try await installation.records().runs.first?.id)
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: run).path).sorted()
            try FileManager.default.removeItem(at: folder.appending(path: "\(run)/\(files[0])"))
            try Data("x".utf8).write(to: folder.appending(path: "\(run)/\(files[1])"))
            let checked = try await installation.command("db", "check")
            #expect(checked.status == 1)
            #expect(checked.text.contains("\(files[0]) of run \(run) is missing"), "\(checked.text)")
            #expect(checked.text.contains("\(files[1]) of run \(run) was changed"), "\(checked.text)")
        }
    }

    private static func backup(_ installation: Installation, _ more: String...) async throws -> URL {
        let folder = installation.folder.appending(path: "backups")
        let process = try installation.start(
            ["db", "backup", folder.path, "--json", "--data", installation.data.path] + more)
        let end = try await process.waitForEnd()
        #expect(end.status == 0, "\(process.text)")
        let path = try #require(try JSON(parsing: Data(process.text.utf8))["path"]?.string)
        return URL(filePath: path, directoryHint: .isDirectory)
    }

    private static func goBack(_ installation: Installation, _ server: RunningServer, to backup: URL) async throws {
        if server.process.isRunning { try await installation.stop(server) }
        let restored = try await installation.command("db", "restore", backup.path, "--force")
        #expect(restored.status == 0, "\(restored.text)")
        let next = try await installation.startServer()
        try await installation.waitForRest(at: next)
        try await installation.stop(next)
        // Signals that came after the backup are gone with it; everything else is as after one clean run.
        let complaints = try await Proof(installation).complaints().filter { !$0.contains("signals were answered 2xx") }
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "; "))")
        let run = try #require(try await installation.records().runs.first)
        let verified = try await installation.command("runs", "verify", run.id)
        #expect(verified.status == 0, "\(verified.text)")
        let zip = installation.folder.appending(path: "run.zip")
        let exported = try await installation.command("runs", "export", run.id, "--to", zip.path)
        #expect(exported.status == 0, "\(exported.text)")
        #expect(try await installation.command("runs", "verify", zip.path).status == 0)
        var bytes = try Data(contentsOf: zip)
        let link = try #require(bytes.range(of: Data(#""kind":"payload""#.utf8)))
        bytes[link.lowerBound + 8] = UInt8(ascii: "P")
        try bytes.write(to: zip)
        let broken = try await installation.command("runs", "verify", zip.path)
        #expect(broken.status == 1 && broken.text.contains("(Payload)"), "\(broken.text)")
    }
}
