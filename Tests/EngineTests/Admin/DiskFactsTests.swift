import Testing

@testable import BureauEngine

@Suite("How full a disk is")
struct DiskFactsTests {
    static let disks: [(blocks: UInt, free: UInt, ours: UInt, percent: Int)] = [
        (1_000, 1_000, 1_000, 0), (1_000, 0, 0, 100), (1_000, 500, 500, 50), (1_000, 199, 199, 81),
        // Most of it is kept from everybody but the system: of what is left little is used.
        (1_000, 900, 300, 25), (1_000, 1_001, 300, 0), (1_000, 50, 0, 100),
    ]

    @Test("Counted as df does: used of what may be used, upwards", arguments: disks)
    func used(blocks: UInt, free: UInt, ours: UInt, percent: Int) {
        let facts = DiskFacts(blocks: blocks, free: free, ours: ours, blockBytes: 4_096)
        #expect(facts.usedPercent == percent)
        #expect(facts.freeBytes == Int64(ours) * 4_096)
    }
}
