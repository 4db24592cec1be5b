import Foundation
import Subprocess

/// One run of `bureau-simulate`, as it was built together with these tests.
struct Simulated: Sendable {
    let code: Int32
    let text: String
    let trace: Data?

    var isWell: Bool { code == 0 }

    /// "…, 40 tasks in Asana (28 without trouble), …".
    var calmTasks: Int {
        guard let end = text.range(of: " without trouble)") else { return 0 }
        return text[..<end.lowerBound].split { !$0.isNumber }.last.flatMap { Int($0) } ?? 0
    }

    /// "…, 1064 runs (done 601, …": how many there were.
    var runs: Int {
        guard let end = text.range(of: " runs (") else { return 0 }
        return text[..<end.lowerBound].split { !$0.isNumber }.last.flatMap { Int($0) } ?? 0
    }

    struct Missing: Error, CustomStringConvertible {
        let description = "bureau-simulate is not beside the test bundle; build with: swift build --build-tests"
    }

    /// Two at a time: a simulation fills a processor.
    private static let gate = Places(2)

    static func run(seed: UInt64, hours: Int, breaking: String? = nil, isTraced: Bool = false) async throws
        -> Simulated
    {
        await gate.enter()
        let trace = FileManager.default.temporaryDirectory.appending(path: "bureau-trace-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: trace) }
        var arguments = ["--seed", String(seed), "--hours", String(hours)]
        if let breaking { arguments += ["--break", breaking] }
        if isTraced { arguments += ["--trace", trace.path] }
        let result: Simulated
        do {
            let ended = try await Subprocess.run(
                .path(.init(try binary().path)), arguments: .init(arguments), output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 20))
            let code: Int32 = if case .exited(let code) = ended.terminationStatus { code } else { -1 }
            result = Simulated(
                code: code, text: ended.standardOutput + ended.standardError,
                trace: isTraced ? try Data(contentsOf: trace) : nil)
        } catch {
            await gate.leave()
            throw error
        }
        await gate.leave()
        return result
    }

    private static func binary() throws -> URL {
        let bundle = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let clone = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let found = [bundle, bundle.deletingLastPathComponent(), clone.appending(path: ".build/debug")]
            .map { $0.appending(path: "bureau-simulate") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        guard let found else { throw Missing() }
        return found
    }
}

/// So many at once, the others wait.
actor Places {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
