import ArgumentParser
import BureauEngine
import BureauVendors
import Foundation
import Logging

/// Follows many sessions at once exactly as running runs do: stream, history, deduplication, log, fold. Ends when every
/// session has ended its turn. Sessions are `sesn_` and nine digits, counted from `--first`.
struct StreamBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream", abstract: "Follow sessions; print events and seconds.")

    @Option(help: "Where the sessions are served.") var baseURL: String
    @Option(help: "Sessions followed at once.") var streams: Int
    @Option(help: "Number of the first session.") var first = 1
    @Option(help: "Folder for the session logs.") var out: String

    func run() async throws {
        try await Terminal.guarded {
            OpenFiles.raiseLimit()
            MemoryTrimmer.shareHeaps()
            let transport = HTTPTransport()
            let client = AnthropicClient(transport: transport, baseURL: baseURL, key: Secret("bench"))
            let counters = Counters()
            let trimmer = Task { try await MemoryTrimmer(doors: .system).trim() }
            defer { trimmer.cancel() }
            let seconds = try await BenchReport.seconds {
                try await withTaskExecutorPreference(EventLoopExecutor.shared) { try await follow(client, counters) }
            }
            await transport.shutdown()
            let events = counters.snapshot().first { $0.0 == .sessionEvents }?.1.first?.value ?? 0
            BenchReport.say(["events": Double(events), "seconds": seconds])
        }
    }

    private func follow(_ client: AnthropicClient, _ counters: Counters) async throws {
        let (logger, folder) = (Logger.forCommand(.error), URL(fileURLWithPath: out, isDirectory: true))
        try await withThrowingDiscardingTaskGroup { group in
            for number in first..<(first + streams) {
                let session = "sesn_" + String(String(1_000_000_000 + number).dropFirst())
                group.addTask {
                    let follower = SessionFollower(
                        anthropic: client, session: session,
                        recorder: try SessionRecorder(folder: folder, session: session, counters: counters),
                        doors: .system, counters: counters, logger: logger)
                    try await follower.follow { $0.status == .idle(.endTurn) ? true : nil }
                }
            }
        }
    }
}
