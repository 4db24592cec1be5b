package import BureauDomain
import Crypto
package import Foundation

/// One agent as the server has it now. Shared, not copied: a config is large, and every run in work has one.
package final class LoadedAgent: Sendable {
    package let config: AgentConfig
    /// SHA-256 of the canonical text; runs keep it, so each can say which version it started with.
    package let hash: String
    package let canonical: String

    init(config: AgentConfig, hash: String, canonical: String) {
        self.config = config
        self.hash = hash
        self.canonical = canonical
    }

    /// Whether its runs have a message of their own in Slack.
    package var hasThread: Bool { config.delivery.slack != nil }
}

/// What became of one file in the agents folder.
package struct AgentFileReport: Sendable {
    package let fileName: String
    package let agent: LoadedAgent?
    package let problems: [ConfigProblem]
}

extension ConfigProblem {
    fileprivate var isAboutFileName: Bool { path == "agent_name" && severity == .warning }
    fileprivate var asError: ConfigProblem {
        ConfigProblem(
            file: file, path: path, line: line, column: column, message: message, suggestion: suggestion,
            severity: .error)
    }
}

/// Reads agent files. Pure but for the file system.
package struct AgentReader: Sendable {
    /// Whether an environment variable of this name is set.
    let hasVariable: @Sendable (String) -> Bool

    package init(hasVariable: @escaping @Sendable (String) -> Bool) { self.hasVariable = hasVariable }

    package func read(_ bytes: [UInt8], fileName: String) -> AgentFileReport {
        let result = AgentConfig.load(bytes, fileName: fileName, environment: hasVariable)
        guard let config = result.config, let canonical = result.canonical else {
            return AgentFileReport(fileName: fileName, agent: nil, problems: result.problems)
        }
        // The file's name is how commands, webhooks and the server find an agent again.
        if result.problems.contains(where: \.isAboutFileName) {
            let problems = result.problems.map { $0.isAboutFileName ? $0.asError : $0 }
            return AgentFileReport(fileName: fileName, agent: nil, problems: problems)
        }
        let agent = LoadedAgent(config: config, hash: Hex.sha256(Array(canonical.utf8)), canonical: canonical)
        return AgentFileReport(fileName: fileName, agent: agent, problems: result.problems)
    }

    /// Every `*.json` of a folder, in the order of their names. At most 500 files.
    package func readFolder(_ folder: URL) throws -> [AgentFileReport] {
        try Self.files(in: folder).map { read(Array(try Data(contentsOf: $0)), fileName: $0.lastPathComponent) }
    }

    static func files(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" && !$0.lastPathComponent.hasPrefix(".") }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .prefix(500).map { $0 }
    }
}

/// Lower-case hex of digests.
package enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    package static func sha256(_ bytes: some Sequence<UInt8>) -> String {
        var hash = SHA256()
        if bytes.withContiguousStorageIfAvailable({ hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil {
            hash.update(data: Array(bytes))
        }
        return text(hash.finalize())
    }

    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var written: [UInt8] = []
        written.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            written.append(digits[Int(byte >> 4)])
            written.append(digits[Int(byte & 15)])
        }
        return String(decoding: written, as: UTF8.self)
    }
}
