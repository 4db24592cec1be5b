import BureauDomain
import BureauStorage
import Foundation

/// Copies files into a local folder. Repeating a copy makes the same file again, so the file itself is the mark.
struct FolderChannel: Channel {
    func deliver(_ steps: [StepRecord], _ context: DeliveryContext) async throws {
        let folder = context.parts.settings.deliveryFolder
        let values = RunValues(context.hand.run, now: context.parts.doors.now()).all
        let segments = context.hand.agent.config.delivery.folder?.path?.render(values) ?? [context.hand.run.id]
        let target = segments.reduce(folder) { $0.appendingPathComponent($1) }
        for step in steps {
            let file = try step.intent(as: FileIntent.self)
            let copy = FolderCopy(
                source: try context.path(of: file.blobKey), folder: target, file: file, mark: step.id)
            _ = try await context.perform(step, copy)
        }
    }
}

struct FolderCopy: OutboundWrite {
    let source: String
    let folder: URL
    let file: FileIntent
    let mark: String
    var sent: SentContent? { SentContent(file) }

    func write() async throws -> String {
        let part = folder.appendingPathComponent(".\(mark).part"), files = FileManager.default
        do {
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
            try? files.removeItem(at: part)
            try files.copyItem(at: URL(fileURLWithPath: source), to: part)
            try Durable.flush(part)
            return try JSONText.encode(DeliveryReceipt(id: try publish(part).path, link: nil))
        } catch {
            let why = (error as? StorageError).map { "\($0)" } ?? error.localizedDescription
            throw StepProblem(description: "\(named.path) could not be written: \(why)")
        }
    }

    private var named: URL { folder.appendingPathComponent(file.title) }

    /// Another run's file of this name stays as it was delivered, also one that comes at this very moment: this one is
    /// called by its step too.
    private func publish(_ part: URL) throws -> URL {
        guard try !Durable.place(part, at: named) else { return named }
        let target = isOurs(named) ? named : marked
        try Durable.replace(target, with: part)
        return target
    }

    private var marked: URL {
        let name = URL(fileURLWithPath: file.title), mark = mark.suffix(8).lowercased()
        let stem = "\(name.deletingPathExtension().lastPathComponent)-\(mark)"
        return folder.appendingPathComponent(name.pathExtension.isEmpty ? stem : "\(stem).\(name.pathExtension)")
    }

    private func isOurs(_ path: URL) -> Bool {
        guard let there = try? FileManager.default.attributesOfItem(atPath: path.path),
            (there[.size] as? NSNumber)?.int64Value == file.sizeBytes
        else { return false }
        return FileManager.default.contents(atPath: path.path).map { Hex.sha256($0) } == file.sha256
    }

    /// Copying again is harmless, so there is nothing to look for.
    func probe() async throws -> Probe { .absent }

    func whyGone(_ receipt: String) async throws -> String? {
        let path = try JSONText.decode(DeliveryReceipt.self, receipt).id
        return FileManager.default.fileExists(atPath: path) ? nil : "the file \(path) was copied there and is gone"
    }
}
