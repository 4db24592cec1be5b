/// How many may do the same at once. Swift Testing starts every case of every suite together; a machine with two cores
/// would then measure its own congestion.
package actor Gate {
    /// Processes of the product, each with the stand-ins it talks to.
    package static let installations = Gate(width: 4)
    /// Servers within the tests' own process.
    package static let servers = Gate(width: 6)

    /// Who is within may pass again: a test that opens two would wait for itself.
    @TaskLocal private static var isWithin = false

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(width: Int) { free = width }

    package func pass<Value: Sendable>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        guard !Self.isWithin else { return try await body() }
        await enter()
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await Self.$isWithin.withValue(true) { try await body() })
        } catch {
            outcome = .failure(error)
        }
        await leave()
        return try outcome.get()
    }

    private func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
