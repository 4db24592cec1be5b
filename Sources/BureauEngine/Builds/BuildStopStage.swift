import BureauDomain
import BureauStorage
import Foundation

/// `stopping`: the builder and everything that descends from it is ended, and seen to be.
struct BuildStopStage: Stage {
    let parts: EngineParts
    let policy: CommandPolicy

    func run(_ hand: RunInHand) async throws -> StageOutcome {
        if let build = try await parts.database.read({ [id = hand.run.id] in try BuildStore(db: $0).find(id) }) {
            try await endAll(build)
        }
        try await parts.move(hand.run.id, .sessionHalted, hand.lease)
        return .moved
    }

    private func endAll(_ build: BuildRecord) async throws {
        let folder = BuildFolder(parts.settings.builds, build)
        let mark = BuildCommands(
            build: build, policy: policy, folder: folder, user: nil, variable: { _ in nil }
        ).mark
        let steps = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/steps")) ?? []
        for step in steps.sorted() {
            let process = KeptProcess(
                folder: folder.keeper(step), keeper: parts.settings.builds.keeper, doors: parts.doors)
            try await process.end(mark: mark)
        }
    }
}
