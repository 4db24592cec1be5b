/// How many installations run at once. Swift Testing starts every case of every suite together; a machine with two
/// cores would then measure its own congestion.
package actor ProductGate {
    package static let shared = ProductGate(width: 3)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(width: Int) { free = width }

    package func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    package func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
