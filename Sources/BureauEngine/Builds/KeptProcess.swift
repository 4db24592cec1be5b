import Foundation

/// The server's side of a kept command: starts its keeper once, finds it again after any death of ours, and ends it.
struct KeptProcess: Sendable {
    enum Sight: Hashable, Sendable {
        /// Nobody has started it.
        case absent
        /// Nil while the keeper has not said who it is.
        case running(ProcessIdentity?)
        case ended(KeptExit)
        /// Its keeper is gone and cannot have written how it ended: it was killed, or the machine was.
        case lost
    }

    let folder: KeeperFolder
    /// The program that keeps: this one.
    let keeper: String
    let doors: Doors
    static let lookEveryMilliseconds: Int64 = 100
    /// So long a builder has to end by itself.
    static let endMillisecondsMax: Int64 = 20_000
    /// From its start to its claim, and from there to its name, a keeper needs moments; on a machine that stands still,
    /// longer. One that was given up too early would begin its work beside the next one.
    static let namelessMilliseconds: Int64 = 60_000

    func look() -> Sight {
        if let exit = folder.read(KeptExit.self, folder.exit) { return .ended(exit) }
        guard folder.exists(folder.claim) else { return .absent }
        guard let identity = folder.read(ProcessIdentity.self, folder.identity) else { return .running(nil) }
        if identity.isAlive { return .running(identity) }
        // It may have ended between the two looks.
        return folder.read(KeptExit.self, folder.exit).map(Sight.ended) ?? .lost
    }

    /// Writes the order and starts a keeper. Two keepers of one folder are one: the second finds the claim and leaves.
    func start(_ command: KeptCommand) throws {
        try FileManager.default.createDirectory(
            atPath: folder.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try folder.write(command, to: folder.command)
        _ = try Spawn.start(
            Spawn.Request(
                command: [keeper, "keep-builder", folder.path],
                environment: ["PATH": GitRepository.searchPath, "LC_ALL": "C.UTF-8"], folder: "/",
                output: folder.keeperLog, errors: folder.keeperLog, startsSession: true))
    }

    /// Follows it to its end; starts it first when nobody has. `visit` is called now and then, and once at the end.
    func follow(_ command: KeptCommand, visit: () async throws -> Void) async throws -> Sight {
        var namelessSince: Int64?
        var startedAt: Int64?
        while true {
            let sight = look()
            switch sight {
            case .absent where startedAt == nil:
                try start(command)
                startedAt = doors.now()
            case .absent:
                // A keeper that never came: its own log says why.
                guard doors.now() - (startedAt ?? 0) < Self.namelessMilliseconds else {
                    throw BuildProblem(
                        description: "the keeper did not start: \(Tail.text(folder.keeperLog, lines: 3))")
                }
            case .running(nil):
                let since = namelessSince ?? doors.now()
                namelessSince = since
                if doors.now() - since > Self.namelessMilliseconds { return .lost }
            case .running: break
            case .ended, .lost:
                reap()
                try await visit()
                return sight
            }
            try await visit()
            try await doors.sleep(.milliseconds(Self.lookEveryMilliseconds))
        }
    }

    /// Asks the keeper to end its command and everything that descends from it, and waits until it has. Whoever is left
    /// without a keeper is ended from here.
    func end(mark: String) async throws {
        guard case .running = look() else { return clean(mark) }
        guard FileManager.default.createFile(atPath: folder.stop, contents: nil) else {
            throw BuildProblem(description: "cannot write \(folder.stop)")
        }
        for _ in 0..<(Self.endMillisecondsMax / Self.lookEveryMilliseconds) {
            guard case .running = look() else { break }
            try await doors.sleep(.milliseconds(Self.lookEveryMilliseconds))
        }
        if case .running(let identity?) = look(), identity.isAlive { kill(identity.pid, SIGKILL) }
        clean(mark)
    }

    /// Ends what a dead keeper left behind.
    func clean(_ mark: String) {
        reap()
        guard let identity = folder.read(ProcessIdentity.self, folder.identity), !identity.isAlive else { return }
        ProcessTable.end { ProcessTable.leftBehind(by: identity, mark: mark) }
    }

    /// A keeper that is our own child leaves its entry in the process table until somebody looks.
    private func reap() {
        guard let identity = folder.read(ProcessIdentity.self, folder.identity) else { return }
        var status: Int32 = 0
        waitpid(identity.pid, &status, WNOHANG)
    }
}

/// The end of a text file, for people: bounded, and without what a terminal would obey.
enum Tail {
    private static let bytesMax = 8_192
    private static let lineCharactersMax = 300

    static func lines(_ path: String, _ count: Int) -> [String] {
        guard let handle = FileHandle(forReadingAtPath: path) else { return [] }
        defer { try? handle.close() }
        let size = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: size > UInt64(bytesMax) ? size - UInt64(bytesMax) : 0)
        let bytes = (try? handle.read(upToCount: bytesMax)) ?? Data()
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { PlainText.line(String($0), charactersMax: lineCharactersMax) }
            .filter { !$0.isEmpty }.suffix(count)
    }

    static func text(_ path: String, lines count: Int) -> String { lines(path, count).joined(separator: " / ") }
}

enum PlainText {
    /// Without controls, the colours of terminals included.
    static func line(_ text: String, charactersMax: Int) -> String {
        var kept = String.UnicodeScalarView()
        var isInEscape = false
        for scalar in text.unicodeScalars.prefix(charactersMax * 4) {
            if scalar.value == 0x1B {
                isInEscape = true
            } else if isInEscape {
                isInEscape = !(scalar.properties.isAlphabetic && scalar.isASCII)
            } else if scalar.value == 9 {
                kept.append(" ")
            } else if scalar.properties.generalCategory != .control, scalar.properties.generalCategory != .format {
                kept.append(scalar)
            }
        }
        return String(String(kept).prefix(charactersMax))
    }
}
