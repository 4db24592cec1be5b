import BureauDomain
import BureauStorage
import Foundation

/// What the links say, held against the files beside them.
struct ExportFacts {
    let folder: URL
    let links: [Receipt]
    private(set) var notes: [String] = []

    init(folder: URL, links: [Receipt]) {
        (self.folder, self.links) = (folder, links)
        if let first = links.first, first.kind != ReceiptStore.accepted {
            notes.append("the run is older than receipts: its chain begins at \"\(first.kind)\"")
        }
    }

    /// Why a link does not hold, though it is whole in itself.
    mutating func reason(_ link: Receipt) throws -> String? {
        switch link.kind {
        case ReceiptStore.accepted: return try hashed(RunExport.config, link["config_sha256"]?.string)
        case ReceiptStore.signal: return try hashed(RunExport.signal, link["body_sha256"]?.string)
        case ReceiptStore.payload:
            let newest = links.last { $0.kind == ReceiptStore.payload }
            return newest == link ? try hashed(RunExport.payload, link["payload_sha256"]?.string) : nil
        case ReceiptStore.file:
            return try hashed("\(RunExport.files)/\(link["name"]?.string ?? "")", link["sha256"]?.string)
        case ReceiptStore.decided: return decision(link)
        case ReceiptStore.sent: return try sent(link)
        default: return nil
        }
    }

    private func hashed(_ path: String, _ expected: String?) throws -> String? {
        guard let expected else { return "it names no hash" }
        let url = folder.appendingPathComponent(path)
        guard FileManager.default.fileExists(atPath: url.path) else { return "\(path) is missing" }
        return try FolderManifest.sha256(url) == expected ? nil : "\(path) is not what it was"
    }

    /// A decision is about the very input that is kept.
    private func decision(_ link: Receipt) -> String? {
        guard let row = rows(RunExport.approvals).first(where: { $0["id"] == link["approval"] }) else {
            return "\(RunExport.approvals) does not have the question \(link["approval"]?.string ?? "")"
        }
        let input = Hex.sha256(Array((row["input"]?.string ?? "").utf8))
        if input != link["input_sha256"]?.string { return "the question's input is not the one that was decided on" }
        if row["state"] != link["decision"] || row["by"] != link["by"] || row["granted_by"] != link["granted_by"] {
            return "the decision is told otherwise"
        }
        let changed = (row["changed_input"]?.string).flatMap(ChangedInput.canonical)
        if changed.map({ Hex.sha256(Array($0.utf8)) }) != link["changed_sha256"]?.string {
            return "what was approved is not what the call was changed to"
        }
        return nil
    }

    private mutating func sent(_ link: Receipt) throws -> String? {
        guard let hash = link["sent_sha256"]?.string else { return nil }
        if let text = link["sent"]?.string {
            return Hex.sha256(Array(text.utf8)) == hash ? nil : "what was sent is not what its hash says"
        }
        if link["channel"]?.string == StepRecord.Channel.anthropic.rawValue { return told(link, hash) }
        let files = links.filter { $0.kind == ReceiptStore.file }
        if files.contains(where: { $0["sha256"]?.string == hash }) { return nil }
        // A run that is older than receipts has no link for its files.
        if links.first?.kind != ReceiptStore.accepted { return nil }
        return "the bytes that were sent are none of the run's files"
    }

    /// What the session was told stands in its log, which the export holds as far as it was kept.
    private mutating func told(_ link: Receipt, _ hash: String) -> String? {
        let log = rows(RunExport.log)
        guard !log.isEmpty else {
            notes.append("the session's log is not kept: what it was told is known by its hash only")
            return nil
        }
        // A log is written while its session is followed: what was sent last may not have come back yet, and a log that
        // took nothing at the end has a gap that its run tells of.
        let later = links.filter { $0.seq > link.seq && [ReceiptStore.file, ReceiptStore.ended].contains($0.kind) }
        let isFollowed =
            !later.isEmpty && !later.contains { $0["cause"]?.string == RunCause.Code.notRecorded.rawValue }
        return SentToSession(link: link, log: log).reason(hash, isFollowed: isFollowed)
    }

    /// What the run's facts tell and no link confirms.
    func unreceipted() -> BrokenLink? {
        guard links.first?.kind == ReceiptStore.accepted, let run = rows(RunExport.facts).first else { return nil }
        let sent = Set(links.filter { $0.kind == ReceiptStore.sent }.compactMap { $0["step"]?.string })
        for step in run["steps"]?.array ?? [] where step["state"]?.string == "done" {
            guard let id = step["id"]?.string, !sent.contains(id) else { continue }
            let what = [step["channel"], step["kind"], step["subject"]].compactMap { $0?.string }.joined(separator: " ")
            return BrokenLink(seq: nil, kind: RunExport.facts, why: "the step \(what) is done and has no receipt")
        }
        return nil
    }

    private func rows(_ name: String) -> [JSONValue] {
        let data = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path) ?? Data()
        return data.split(separator: 10).compactMap { try? JSONValue.parse(Array($0)) }
    }
}
