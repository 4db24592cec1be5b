import BureauEngine
import Foundation
import ServiceLifecycle

/// Gives memory that is free back to the system. The C library keeps what a busy minute needed: after a restart that
/// opened thousands of streams at once, that is as much again as the streams themselves hold.
struct MemoryTrimmer: Service {
    let doors: Doors
    static let everySeconds = 5

    /// glibc's M_ARENA_MAX.
    private static let arenasMaxOption: CInt = -8

    /// Before the first threads: each may make a heap of its own, eight for a processor, and what is free in one is no use
    /// to another.
    static func shareHeaps() {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let set = unsafeBitCast(symbol, to: (@convention(c) (CInt, CInt) -> CInt).self)
        _ = set(arenasMaxOption, CInt(ProcessInfo.processInfo.activeProcessorCount * 2))
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await trim() }
    }

    func trim() async throws {
        // Looked up by name: it is the GNU library's own, and not in the module that Swift makes of it.
        guard let symbol = dlsym(nil, "malloc_trim") else { return try await doors.sleep(.seconds(1 << 30)) }
        let trim = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)
        while true {
            try await doors.sleep(.seconds(Self.everySeconds))
            _ = trim(0)
        }
    }
}
