import ArgumentParser
import BureauDomain
import BureauEngine
import Foundation

struct RunsEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "What happened in a run, or every event of its session.",
        discussion: """
            bureau runs events 01KA3F8Q7Q
            bureau runs events 01KA3F8Q7Q --session | jq -r .type | sort | uniq -c
            bureau runs events 01KA3F8Q7Q --session --follow
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String
    @Flag(help: "The session's own events as they came, one JSON object a line.") var session = false
    @Flag(help: "Go on until the run ends.") var follow = false

    static let lookEveryMilliseconds = 250

    func validate() throws {
        guard !(output.isJSON && (session || follow)) else {
            throw ValidationError("--json prints one finished document: leave out --session and --follow.")
        }
    }

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let found = try await records.desk.find(run)
                if session { return try await printSession(found.id, records) }
                if output.isJSON || !follow { return try await printList(found.id, records) }
                try await printFollowing(found.id, records)
            }
        }
    }

    private func printList(_ id: String, _ records: Records) async throws {
        var listing = Listing(
            [.init("TIME"), .init("EVENT"), .init("DETAIL", isElastic: true)], empty: "No events yet.")
        let now = records.doors.now()
        for event in try await records.desk.events(id) { listing.add(event.cells(now: now), event.document) }
        try output.print(listing)
    }

    private func printFollowing(_ id: String, _ records: Records) async throws {
        var seq: Int64 = 0
        while true {
            let isOver = try await !records.desk.find(id).state.isWorkable
            for event in try await records.desk.events(id, after: seq) {
                seq = event.seq
                let time = Terminal.isTerminal ? Clock.time(event.at) : Clock.iso(event.at)
                Terminal.say(
                    [time, event.kind, PlainLine.of(event.detail)].joined(separator: Terminal.isTerminal ? "  " : "\t"))
            }
            if isOver { return }
            try await records.doors.sleep(.milliseconds(Self.lookEveryMilliseconds))
        }
    }

    private func printSession(_ id: String, _ records: Records) async throws {
        var log: SessionLogFile?
        while true {
            let run = try await records.desk.find(id)
            if log == nil, let session = run.sessionID { log = SessionLogFile(session, records.settings) }
            log?.printNew()
            guard follow, run.state.isWorkable else {
                return try complain(run, log)
            }
            try await records.doors.sleep(.milliseconds(Self.lookEveryMilliseconds))
        }
    }

    private func complain(_ run: RunRecord, _ log: SessionLogFile?) throws {
        guard let log else {
            throw SetupError(
                "run \(run.id) has no session: it is \(run.state.word.lowercased())",
                fix: "bureau runs show \(ShortID.of(run.id)) tells why", exitCode: ExitStatus.failed)
        }
        guard log.exists else {
            throw SetupError(
                "there is no event log at \(log.path)",
                fix: "logs are kept for EVENT_LOG_DAYS days; name another folder with SESSION_LOG_DIR",
                exitCode: ExitStatus.failed)
        }
    }
}

/// A session's log, given out as it grows. Only whole lines leave: the writer may be in the middle of one.
struct SessionLogFile {
    let path: String
    private var offset: UInt64 = 0
    private static let bytesPerRead = 1 << 20
    private var rest = Data()

    init(_ session: String, _ settings: Settings) {
        path = settings.engine.sessionLogFolder.appendingPathComponent(session + ".jsonl").path
    }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    mutating func printNew() {
        guard let handle = FileHandle(forReadingAtPath: path) else { return }
        defer { try? handle.close() }
        guard (try? handle.seek(toOffset: offset)) != nil else { return }
        while let data = try? handle.read(upToCount: Self.bytesPerRead), !data.isEmpty {
            offset += UInt64(data.count)
            rest.append(data)
            guard let end = rest.lastIndex(of: 10) else { continue }
            Terminal.put(Data(rest[...end]))
            rest = Data(rest[rest.index(after: end)...])
        }
    }
}

struct RunsFilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "files", abstract: "The files a run left behind, and where they are kept.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The run's id, or its first characters.") var run: String

    func run() async throws {
        try await Terminal.guarded {
            try await Records.with(try common.settings()) { records in
                let found = try await records.desk.find(run)
                var listing = Listing(
                    [.init("FILE"), .init("SIZE", isRight: true), .init("WHERE")], empty: "No files.")
                for file in try await records.desk.files(found.id) {
                    listing.add(file.cells(records.settings), file.document(records.settings))
                }
                try output.print(listing)
            }
        }
    }
}
