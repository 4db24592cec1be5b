import Foundation
import Subprocess

/// The repository that a config names. Only our own git runs here, and what builders made comes in as a bundle, which
/// is data: nothing of a builder's is ever executed in it, and nothing of ours in a builder's worktree.
struct GitRepository: Sendable {
    let path: String
    static let secondsMax = 120
    static let outputBytesMax = 8 << 20

    /// What git said, as far as people need it.
    struct Failure: Error, Hashable, CustomStringConvertible {
        let description: String
    }

    /// Settings that no repository and no user may bring.
    static let settings = [
        "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.attributesFile=/dev/null",
        "-c", "protocol.ext.allow=never", "-c", "gc.auto=0", "-c", "commit.gpgSign=false",
    ]
    static let searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    static let environment = [
        "PATH": searchPath, "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
        "GIT_ATTR_NOSYSTEM": "1",
    ]

    struct Answer: Sendable {
        let code: Int32
        let bytes: [UInt8]
        let errors: String
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Runs git and gives its answer, whatever it is. Throws when it takes too long or says too much.
    func ask(
        _ arguments: [String], input: String = "", with extra: [String: String] = [:],
        outputBytesMax: Int = Self.outputBytesMax
    ) async throws -> Answer {
        let words =
            ["-C", path, "-c", "safe.directory=\(path)"] + Self.settings + arguments
        let environment = Dictionary(
            uniqueKeysWithValues: Self.environment.merging(extra) { $1 }.map {
                (Subprocess.Environment.Key(stringLiteral: $0.key), $0.value)
            })
        return try await Self.within(seconds: Self.secondsMax) {
            let result = try await Subprocess.run(
                .name("git"), arguments: Arguments(words), environment: .custom(environment), input: .string(input),
                output: .bytes(limit: outputBytesMax), error: .string(limit: 1 << 20))
            let code: Int32 = if case .exited(let code) = result.terminationStatus { Int32(code) } else { -1 }
            return Answer(code: code, bytes: result.standardOutput, errors: result.standardError)
        }
    }

    /// Runs git and throws unless it succeeds.
    @discardableResult
    func run(
        _ arguments: [String], input: String = "", with extra: [String: String] = [:],
        outputBytesMax: Int = Self.outputBytesMax
    ) async throws -> String {
        let answer = try await ask(arguments, input: input, with: extra, outputBytesMax: outputBytesMax)
        guard answer.code == 0 else {
            let why = answer.errors.split(whereSeparator: \.isNewline).last.map(String.init) ?? "code \(answer.code)"
            throw Failure(description: "git \(arguments.first ?? "") in \(path): \(why.prefix(300))")
        }
        return answer.text
    }

    private static func within<Value: Sendable>(
        seconds: Int, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else {
                throw Failure(description: "git took longer than \(seconds) s")
            }
            return value
        }
    }

    // MARK: reading

    /// The commit a reference names; nil when there is none.
    func commit(_ reference: String) async throws -> String? {
        let answer = try await ask(["rev-parse", "--verify", "--quiet", "--end-of-options", reference + "^{commit}"])
        let text = answer.text.trimmingCharacters(in: .whitespacesAndNewlines)
        return answer.code == 0 && Self.isCommit(text) ? text : nil
    }

    static func isCommit(_ text: String) -> Bool {
        (text.utf8.count == 40 || text.utf8.count == 64)
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    func isAncestor(_ commit: String, of other: String) async throws -> Bool {
        let answer = try await ask(["merge-base", "--is-ancestor", commit, other])
        guard answer.code == 0 || answer.code == 1 else {
            throw Failure(description: "git merge-base in \(path): \(answer.errors.prefix(300))")
        }
        return answer.code == 0
    }

    /// Where a branch is checked out; nil when nowhere. Moving it would leave those files behind.
    func checkout(of branch: String) async throws -> String? {
        var folder: String?
        var isBare = false
        for line in try await run(["worktree", "list", "--porcelain"]).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("worktree ") { (folder, isBare) = (String(line.dropFirst(9)), false) }
            if line == "bare" { isBare = true }
            if line == "branch refs/heads/\(branch)", !isBare { return folder }
        }
        return nil
    }

    // MARK: moving

    /// Moves a reference, only if it still is where it was seen. Nil creates it, or removes it.
    func move(_ reference: String, from old: String?, to new: String?) async throws {
        let zero = String(repeating: "0", count: (old ?? new ?? "").utf8.count)
        if let new {
            try await run(["update-ref", reference, new, old ?? zero])
        } else if let old {
            try await run(["update-ref", "-d", reference, old])
        }
    }

    /// Writes branches with their whole history into one file.
    func bundle(_ references: [String], to file: String) async throws {
        try await run(["bundle", "create", "--quiet", file] + references)
    }

    /// Takes a branch out of a bundle into a reference of its own. Every object is checked on its way in.
    func fetch(_ reference: String, from bundle: String, to incoming: String) async throws {
        try await run([
            "-c", "fetch.fsckObjects=true", "-c", "transfer.fsckObjects=true", "fetch", "--quiet", "--no-tags",
            "--no-write-fetch-head", "--no-auto-maintenance", "--no-recurse-submodules", bundle,
            "+\(reference):\(incoming)",
        ])
    }
}
