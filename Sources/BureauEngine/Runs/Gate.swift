import Synchronization

/// Lets so many through at once; more wait in line. Who is cancelled in line leaves it when its turn comes, which is
/// soon: those before it are cancelled too.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var line: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(max: Int) { state = Mutex(State(free: max)) }

    func pass<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        await enter()
        defer { leave() }
        try Task.checkCancellation()
        return try await body()
    }

    private func enter() async {
        await withCheckedContinuation { turn in
            let mayGo = state.withLock { state in
                guard state.free > 0 else {
                    state.line.append(turn)
                    return false
                }
                state.free -= 1
                return true
            }
            if mayGo { turn.resume() }
        }
    }

    private func leave() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard !state.line.isEmpty else {
                state.free += 1
                return nil
            }
            return state.line.removeFirst()
        }
        next?.resume()
    }
}
