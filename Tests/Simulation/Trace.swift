import Crypto
import Foundation
import Logging

/// What happened, a line each: virtual time, who, what, and how it came out. The same seed gives the same bytes.
final class Trace: @unchecked Sendable {  // The simulation has one thread.
    private let scheduler: Scheduler
    private let file: FileHandle?
    private var hash = SHA256()
    private var waiting: [UInt8] = []
    private(set) var lines = 0

    init(_ scheduler: Scheduler, file: FileHandle?) { (self.scheduler, self.file) = (scheduler, file) }

    func line(_ parts: String...) {
        lines += 1
        waiting += Array("\(scheduler.now - Scheduler.startMilliseconds) \(parts.joined(separator: " | "))\n".utf8)
        if waiting.count > 64 << 10 { flush() }
    }

    private func flush() {
        hash.update(data: waiting)
        try? file?.write(contentsOf: waiting)
        waiting.removeAll(keepingCapacity: true)
    }

    /// Lower-case hex of the SHA-256 of every line so far.
    var digest: String {
        flush()
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// The engine's own log is the list of its decisions.
struct TraceLog: LogHandler {
    let trace: Trace
    let owner: String
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        trace.line(owner, "\(event.message)", values.joined(separator: " "))
    }
}
