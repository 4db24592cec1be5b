package import BureauStorage
import Foundation

/// Looks at everything a data folder holds: the file, references, stored files, receipts.
package struct DatabaseCheckup: Sendable {
    let database: SQLiteDatabase
    let blobs: BlobFolder
    static let complaintsMax = 200

    package init(database: SQLiteDatabase, blobs: BlobFolder) {
        self.database = database
        self.blobs = blobs
    }

    package struct Findings: Sendable {
        /// Something is damaged or lost.
        package var complaints: [String] = []
        /// Files no row names, such as those of runs younger than a restored backup.
        package var orphans: [String] = []
        package var files = 0
        package var chains = 0
    }

    package func look() async throws -> Findings {
        var findings = Findings()
        findings.complaints += try await database.complaints()
        findings.complaints += try await database.danglingReferences()
        try await lookAtFiles(&findings)
        try await lookAtChains(&findings)
        findings.complaints = Array(findings.complaints.prefix(Self.complaintsMax))
        return findings
    }

    private func lookAtFiles(_ findings: inout Findings) async throws {
        let rows = try await database.query(
            "SELECT run_id, safe_name, blob_key, sha256 FROM file WHERE blob_key IS NOT NULL ORDER BY blob_key")
        var known: Set<String> = []
        for row in rows {
            let (key, what) = (
                try row.text("blob_key"), "\(try row.text("safe_name")) of run \(try row.text("run_id"))"
            )
            known.insert(key)
            findings.files += 1
            if try !blobs.exists(key) {
                findings.complaints.append("the stored file \(what) is missing")
            } else if try blobs.sha256(key) != (try row.text("sha256")) {
                findings.complaints.append("the stored file \(what) was changed")
            }
        }
        guard let walk = FileManager.default.enumerator(atPath: blobs.root.path) else { return }
        for case let path as String in walk where !known.contains(path) {
            guard walk.fileAttributes?[.type] as? FileAttributeType != .typeDirectory else { continue }
            if findings.orphans.count < Self.complaintsMax { findings.orphans.append(path) }
        }
    }

    private func lookAtChains(_ findings: inout Findings) async throws {
        let runs = try await database.query("SELECT DISTINCT run_id FROM receipt ORDER BY run_id")
            .map { try $0.text("run_id") }
        for run in runs {
            findings.chains += 1
            let links = try await database.read { try ReceiptStore(db: $0).list(run) }
            if let broken = ReceiptChain(run: run, links: links).firstBroken {
                findings.complaints.append("run \(run): \(broken)")
            }
        }
    }
}
