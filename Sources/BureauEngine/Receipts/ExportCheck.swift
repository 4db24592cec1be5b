import BureauDomain
import BureauStorage
package import Foundation

/// Checks an export by itself: no database, no network, no Bureau that made it. Goes along the chain and names the first
/// link that does not hold; what stands beside the chain is held to the list of hashes.
package struct ExportCheck: Sendable {
    let folder: URL

    package init(_ folder: URL) { self.folder = folder }

    package struct Report: Sendable, Hashable {
        package let run: String
        package let links: Int
        package let head: String
        /// Nil when everything holds.
        package let broken: BrokenLink?
        /// What cannot be checked because it is older than receipts, or is not kept.
        package let notes: [String]
    }

    package func report() throws -> Report {
        let (links, unreadable) = receipts()
        let run = links.first?.run ?? ""
        let chain = ReceiptChain(run: run, links: links)
        var facts = ExportFacts(folder: folder, links: links)
        var broken: BrokenLink?
        for (index, link) in links.enumerated() where broken == nil {
            let why = try chain.reason(link, at: index) ?? facts.reason(link)
            broken = why.map { BrokenLink(seq: Int64(index + 1), kind: link.kind, why: $0) }
        }
        broken = try broken ?? unreadable ?? beside() ?? facts.unreceipted()
        return Report(
            run: run, links: links.count, head: links.last?.hash ?? Receipt.genesis, broken: broken, notes: facts.notes)
    }

    /// The links that can be read, and a complaint about the first that cannot.
    private func receipts() -> ([Receipt], BrokenLink?) {
        let url = folder.appendingPathComponent(RunExport.receipts)
        guard let data = FileManager.default.contents(atPath: url.path) else {
            return ([], BrokenLink(seq: nil, kind: RunExport.receipts, why: "is missing"))
        }
        var links: [Receipt] = []
        for line in data.split(separator: 10, omittingEmptySubsequences: true) {
            guard let value = try? JSONValue.parse(Array(line)), let link = Receipt(line: value) else {
                let broken = BrokenLink(seq: Int64(links.count + 1), kind: "unreadable", why: "its line was changed")
                return (links, broken)
            }
            links.append(link)
        }
        let isEmpty = BrokenLink(
            seq: nil, kind: RunExport.receipts, why: "holds no receipt: the run is older than them")
        return (links, links.isEmpty ? isEmpty : nil)
    }

    private func beside() throws -> BrokenLink? {
        do {
            let first = try FolderManifest.read(folder).complaints(folder).first
            return first.map { BrokenLink(seq: nil, kind: $0.path, why: $0.why) }
        } catch let complaint as FolderManifest.Complaint {
            return BrokenLink(seq: nil, kind: complaint.path, why: complaint.why)
        }
    }
}

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
        if row["state"] != link["decision"] || row["by"] != link["by"] { return "the decision is told otherwise" }
        return nil
    }

    private mutating func sent(_ link: Receipt) throws -> String? {
        guard let hash = link["sent_sha256"]?.string else { return nil }
        if let text = link["sent"]?.string {
            return Hex.sha256(Array(text.utf8)) == hash ? nil : "what was sent is not what its hash says"
        }
        if link["channel"]?.string == "anthropic" { return kickoff(hash) }
        let files = links.filter { $0.kind == ReceiptStore.file }
        if files.contains(where: { $0["sha256"]?.string == hash }) { return nil }
        // A run that is older than receipts has no link for its files.
        if links.first?.kind != ReceiptStore.accepted { return nil }
        return "the bytes that were sent are none of the run's files"
    }

    /// The session's log must begin with the kickoff that was sent.
    private mutating func kickoff(_ hash: String) -> String? {
        guard let first = rows(RunExport.log).first(where: { $0["type"]?.string == "user.message" }) else {
            notes.append("the session's log is not kept: the kickoff is known by its hash only")
            return nil
        }
        let texts = (first["content"]?.array ?? []).compactMap { $0["text"]?.string }
        return Hex.sha256(Array(texts.joined().utf8)) == hash ? nil : "the kickoff in the session's log is another one"
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
