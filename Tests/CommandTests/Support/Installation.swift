import Foundation
import Subprocess
import Testing

/// A folder of its own with an environment of its own, in which the real binary is run.
struct Installation: Sendable {
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }
        /// Rows of a tab-separated table, header first.
        var rows: [[String]] {
            lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        }

        func json() throws -> Any {
            try JSONSerialization.jsonObject(with: Data(output.utf8), options: .fragmentsAllowed)
        }
        func objects() throws -> [[String: Any]] { try #require(try json() as? [[String: Any]]) }
        func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }
    }

    let folder: URL
    var environment: [String: String] = [:]

    static let bytesMax = 8 << 20

    static func inTemporaryFolder<Value>(_ body: (Installation) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bureau-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(Installation(folder: folder))
    }

    func with(_ more: [String: String]) -> Installation {
        Installation(folder: folder, environment: environment.merging(more) { $1 })
    }

    func run(_ arguments: String...) async throws -> Outcome { try await run(arguments) }

    func run(_ arguments: [String]) async throws -> Outcome {
        let result = try await Subprocess.run(
            .path(.init(Self.binary)), arguments: .init(arguments), environment: .custom(Self.keyed(whole)),
            workingDirectory: .init(folder.path), output: .string(limit: Self.bytesMax),
            error: .string(limit: Self.bytesMax))
        guard case .exited(let status) = result.terminationStatus else {
            Issue.record("\(arguments) did not end by itself: \(result.terminationStatus)\n\(result.standardError)")
            return Outcome(status: -1, output: result.standardOutput, errors: result.standardError)
        }
        return Outcome(status: status, output: result.standardOutput, errors: result.standardError)
    }

    func write(_ text: String, to path: String, mode: Int = 0o600) throws {
        let url = folder.appending(path: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    }

    /// Nothing of the developer's own settings counts here.
    var whole: [String: String] {
        ["PATH": "/usr/bin:/bin", "HOME": folder.path, "USER": "tester"].merging(environment) { $1 }
    }

    static func keyed(_ environment: [String: String]) -> [Subprocess.Environment.Key: String] {
        Dictionary(uniqueKeysWithValues: environment.map { (.init(stringLiteral: $0.key), $0.value) })
    }

    /// The product's binary is built beside the bundle of the tests.
    static let binary: String = {
        let tests =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "bureau").path
    }()
}
