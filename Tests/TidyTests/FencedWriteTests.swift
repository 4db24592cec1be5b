import Foundation
import Testing

@Suite("What a worker writes for its run is fenced by its lease")
struct FencedWriteTests {
    /// Writes that belong to no lease, each with its reason.
    static let unfenced: [String: String] = [
        "Runs/RunDesk.swift": "people, not workers", "Runs/QueueDesk.swift": "people, not workers",
        "Runs/SetBackClock.swift": "brings due times forward, and moves no run",
        "Approvals/ApprovalDesk.swift": "people, not workers", "Approvals/AskedBack.swift": "people, not workers",
        "Approvals/ApprovalSurfaces.swift": "of a question that is decided: no run waits for it",
        "Runs/EmptyRuns.swift": "the benchmark",
        "Runs/RunWorker.swift": "makes the lease", "Runs/RunDriver.swift": "renews it and gives it back",
        "Runs/RunWatchdog.swift": "takes away the lease it saw", "Runs/QueueExpiry.swift": "looks inside for a lease",
        "Delivery/StepRunner.swift": "checks the lease itself",
        "Runs/RunDesk+Resolve.swift": "people, not workers", "Runs/RunDesk+Review.swift": "people, not workers",
        "Spend/BudgetDesk.swift": "people, not workers", "Artifacts/ArtifactDesk+Decide.swift": "people, not workers",
        "Builds/BuildCare.swift": "of runs that have ended", "Runs/RunListing.swift": "people, not workers",
        "Runs/StraySessions.swift": "of sessions that no run follows",
        "Runs/StraySessions+Chase.swift": "of sessions that no run follows",
        "Runs/Doubt.swift": "checks what holds the step itself",
        "Runs/RunTexts.swift": "follows the runs, and moves none",
        "Artifacts/ArtifactTexts.swift": "follows the reports, and moves none",
        "Runs/WaitingTaskClients.swift": "of waiting runs that nobody holds, which it says itself",
        "Delivery/SlackDirectory.swift": "a cache all runs share",
        "Delivery/DriveFolderPath.swift": "a cache all runs share",
    ]

    @Test("Stages, channels and approvals write through parts.write(lease) only")
    func enumerated() throws {
        let engine = SourceTree.root.appending(path: "Sources/BureauEngine")
        var found: Set<String> = []
        for room in ["Runs", "Builds", "Delivery", "Approvals", "Artifacts", "Spend"] {
            let folder = engine.appending(path: room)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where file.hasSuffix(".swift")
            {
                let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
                if text.contains("database.write") { found.insert("\(room)/\(file)") }
            }
        }
        #expect(found.subtracting(Self.unfenced.keys).isEmpty, "write under the run's lease, or say why not")
        #expect(Set(Self.unfenced.keys).subtracting(found).isEmpty, "no longer writes unfenced: take it off the list")
    }
}
