import Foundation
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

    @Test("Folders on one file system are one disk, those on another are another, and one that is to be made counts")
    func usedDisks() throws {
        let shared = FileManager.default.temporaryDirectory
        let places: [UsedDisk.Place] = [
            ("DATA_DIR", shared), ("SESSION_LOG_DIR", URL(fileURLWithPath: "/proc")),
            ("BUILD_DIR", shared.appendingPathComponent("not/there/yet")),
            ("DELIVERY_FOLDER", URL(fileURLWithPath: "/")),
        ]
        let disks = UsedDisk.of(places) { folder in
            let facts = DiskFacts(blocks: 1_000, free: 500, ours: 500, blockBytes: 4_096)
            switch folder.path {
            case "/proc": return (device: 2, facts: facts)
            case "/": return nil
            default: return (device: 1, facts: facts)
            }
        }
        #expect(disks.map(\.names) == [["DATA_DIR", "BUILD_DIR"], ["SESSION_LOG_DIR"]])
        #expect(UsedDisk.of([("DATA_DIR", shared), ("DELIVERY_FOLDER", shared)]).map(\.names.count) == [2])
    }
}
