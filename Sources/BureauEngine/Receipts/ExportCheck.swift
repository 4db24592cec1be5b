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
