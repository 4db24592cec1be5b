import Synchronization

/// The processes an installation has started, so that none outlives its test.
final class StartedProcesses: Sendable {
    private let list = Mutex<[ProductProcess]>([])

    var all: [ProductProcess] { list.withLock { $0 } }
    var count: Int { all.count }
    func add(_ process: ProductProcess) { list.withLock { $0.append(process) } }

    func endAll() async {
        for process in all where process.isRunning { try? await process.killNow() }
    }
}
