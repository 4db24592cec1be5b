import ArgumentParser

/// Workloads that measure one part of the engine on its own. For `Benchmarks/run`; hidden from people's help.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure one part of the engine.", shouldDisplay: false,
        subcommands: [StreamBench.self, QueueBench.self])
}

/// How every workload reports: one JSON object on one line.
enum BenchReport {
    static func say(_ figures: KeyValuePairs<String, Double>) {
        Terminal.say("{" + figures.map { "\"\($0)\":\(text($1))" }.joined(separator: ",") + "}")
    }

    private static func text(_ figure: Double) -> String {
        figure == figure.rounded() && abs(figure) < 1e15 ? String(Int64(figure)) : String(figure)
    }

    static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try await body()
        return (clock.now - start) / .seconds(1)
    }
}
