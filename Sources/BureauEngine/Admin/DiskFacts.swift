package import Foundation

/// The disk that holds a folder, as `df` counts it: of what may be used at all, how much is. Blocks that are kept back for
/// the system's own use belong to neither.
package struct DiskFacts: Sendable {
    package let bytes: Int64
    package let freeBytes: Int64
    package let usedPercent: Int

    package init?(at folder: URL) {
        var facts = statvfs()
        guard statvfs(folder.path, &facts) == 0, facts.f_blocks > 0 else { return nil }
        self.init(blocks: facts.f_blocks, free: facts.f_bfree, ours: facts.f_bavail, blockBytes: UInt(facts.f_frsize))
    }

    /// `free` to the system, `ours` of these.
    init(blocks: UInt, free: UInt, ours: UInt, blockBytes: UInt) {
        let used = blocks - min(free, blocks), usable = max(used + ours, 1)
        (bytes, freeBytes) = (Int64(blocks * blockBytes), Int64(ours * blockBytes))
        usedPercent = Int((used * 100 + usable - 1) / usable)
    }
}
