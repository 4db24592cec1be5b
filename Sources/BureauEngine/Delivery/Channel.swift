import BureauDomain
import BureauStorage
import BureauVendors
import Foundation
import Logging

/// What every channel is handed.
struct DeliveryContext: Sendable {
    let parts: EngineParts
    let hand: RunInHand
    let runner: StepRunner
    let report: DeliveryReport
}

/// One place results go. A family: a case of `StepRecord.Channel`, a file here, a stand-in and a test row.
protocol Channel: Sendable {
    /// Settles every open step, in order. Steps that are done are left alone.
    func deliver(_ steps: [StepRecord], _ context: DeliveryContext) async throws
}

struct ChannelCatalog: Sendable {
    subscript(kind: StepRecord.Channel) -> (any Channel)? {
        switch kind {
        case .googleDrive: DriveChannel()
        case .clickUp, .asana: TaskChannel()
        case .slack: SlackChannel()
        case .folder: FolderChannel()
        case .anthropic: nil
        }
    }
}

extension DeliveryContext {
    /// Makes one write; steps that are settled are not touched. What was delivered before and is delivered again is
    /// only looked at: when somebody took it away, a person is asked, and nothing is posted in its place.
    func perform(_ step: StepRecord, _ write: any OutboundWrite) async throws -> StepRunner.Outcome? {
        guard step.isOpen else { return nil }
        guard step.state == .done, let receipt = step.receipt else { return try await runner.run(step, write) }
        let why: String?
        do { why = try await write.whyGone(receipt) } catch let error as VendorError {
            // Nobody can look now. It was delivered; that stays what is known of it.
            try Task.checkCancellation()
            parts.logger.warning("a delivered step could not be looked at", metadata: ["why": "\(error)"])
            return .done(receipt: receipt)
        }
        let (id, now) = (step.id, parts.doors.now())
        try await parts.write(hand.lease) { try StepStore(db: $0).markSeen(id, whyGone: why, now: now) }
        return why.map { .doubtful($0) } ?? .done(receipt: receipt)
    }

    /// The channel cannot work at all: every open step fails with the reason. What was delivered is not looked at, and
    /// stays to be looked at.
    func fail(_ steps: [StepRecord], _ why: String) async throws {
        for step in steps where step.state != .done { _ = try await perform(step, Impossible(why: why)) }
    }

    /// A look before a write, repeated after faults that pass; held back it waits as the write would, once for its channel.
    func patiently<Value>(
        _ channel: StepRecord.Channel, _ backoff: Backoff = Patience.backoff, _ look: () async throws -> Value
    ) async throws -> Value {
        let isUsed = runner.usedPatience.isUsed(for: channel)
        let patience = Patience(
            doors: parts.doors, backoff: backoff, limitedBackoff: isUsed ? nil : runner.limitedBackoff)
        do { return try await patience(look) } catch let error as VendorError {
            if error.isLimited { runner.usedPatience.use(for: channel) }
            throw error
        }
    }

    func path(of blobKey: String) throws -> String { try parts.blobs.url(for: blobKey).path }
}

/// A write that cannot be tried. It was never made, so there is nothing to look for.
struct Impossible: OutboundWrite {
    let why: String
    func write() async throws -> String { throw StepProblem(description: why) }
    func probe() async throws -> Probe { .absent }
}
