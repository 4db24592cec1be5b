import NIOPosix

/// Work that blocks on a disk: it has threads of its own, for the network's must not wait for it.
package enum BlockingWork {
    /// A simulation has one thread and lets nothing leave it.
    @TaskLocal package static var isInline = false

    static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        isInline ? try work() : try await NIOThreadPool.singleton.runIfActive(work)
    }
}
