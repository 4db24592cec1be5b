import BureauDomain
import BureauEngine
import BureauStorage
import BureauVendors
import Foundation

/// What can be checked without asking anybody: files, folders, the database, the disks.
struct LocalChecks {
    let settings: Settings
    let fixes: Bool

    static let diskFailPercent = 95

    func config() -> [Finding] {
        let folder = settings.agentsFolder
        if fixes { try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        guard let reports = try? AgentFolder(settings).reports() else {
            return [
                .fail(
                    "config", "the agents folder \(folder.path) is not there",
                    fix: "bureau agents new NAME makes it, or name another one with AGENTS_DIR", isAboutSettings: true)
            ]
        }
        var findings: [Finding] = []
        for report in reports where report.agent == nil {
            let errors = report.problems.filter { $0.severity == .error }
            let more = errors.count > 1 ? " and \(errors.count - 1) more" : ""
            findings.append(
                .fail(
                    "config", errors.first.map { "\($0)\(more)" } ?? "\(report.fileName) is not usable",
                    fix: "bureau agents check", isAboutSettings: true))
        }
        for report in reports {
            findings += report.problems.filter { $0.severity == .warning }
                .map { .warn("config", "\($0)", fix: "edit \(folder.path)/\(report.fileName)") }
        }
        let usable = reports.compactMap(\.agent).map(\.config.name)
        if reports.isEmpty {
            findings.append(
                .warn("config", "no agent in \(folder.path)", fix: "bureau agents new NAME writes a first one"))
        } else if !usable.isEmpty {
            let count = usable.count == 1 ? "1 agent" : "\(usable.count) agents"
            findings.insert(.ok("config", "\(count): \(usable.joined(separator: ", "))"), at: 0)
        }
        return findings
    }

    func database() async -> Finding {
        if !FileManager.default.fileExists(atPath: settings.databasePath), !fixes {
            return .skip("database", "none yet at \(settings.databasePath); bureau serve makes it")
        }
        do {
            let report = try await Records.with(settings, mayCreate: true) {
                try await DatabaseReport($0, isQuick: true)
            }
            guard report.complaints.isEmpty else {
                return .fail(
                    "database", "\(report.path) is damaged: \(report.complaints[0].prefix(160))",
                    fix: "stop the server and restore the last backup")
            }
            return .ok("database", report.sentence)
        } catch {
            let problem = SetupError(reading: error)
            return .fail("database", problem.what, fix: problem.fix)
        }
    }

    /// A folder that cannot be written loses events and deliveries.
    func folders() -> Finding {
        let folders = [settings.dataFolder, settings.engine.sessionLogFolder, settings.engine.deliveryFolder]
        for folder in folders {
            if fixes { try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
            var place = folder
            while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
                place.deleteLastPathComponent()
            }
            guard FileManager.default.isWritableFile(atPath: place.path) else {
                return .fail(
                    "folders", "\(place.path) cannot be written by this user",
                    fix: "chown it to the user that runs bureau: \(NSUserName())", isAboutSettings: true)
            }
        }
        return .ok("folders", "data \(settings.dataFolder.path), session logs \(settings.engine.sessionLogFolder.path)")
    }

    /// Only PDFs of reports need it.
    func chromium() -> Finding {
        let pdf = settings.engine.pdf
        if let found = pdf.found { return .ok("chromium", "\(found), for PDFs of reports") }
        guard settings.environment.has("CHROMIUM") else {
            return .skip("chromium", "not installed; reports are not to be had as PDF")
        }
        return .warn(
            "chromium", "CHROMIUM is \(pdf.program ?? ""), which is no program here",
            fix: "apt-get install chromium, or name the program's path")
    }

    /// One for each file system that holds any of our folders.
    func disks() -> [Finding] {
        let disks = UsedDisk.of(
            UsedDisk.places(data: settings.dataFolder, databasePath: settings.databasePath, settings.engine))
        return disks.isEmpty ? [.skip("disk", "its size could not be read")] : disks.map(finding)
    }

    private func finding(_ disk: UsedDisk) -> Finding {
        let (used, names) = (disk.facts.usedPercent, disk.names.joined(separator: ", "))
        let detail = "\(used) % used, \(Words.bytes(disk.facts.freeBytes)) free: \(names)"
        let fix = "free some space on the disk that holds \(names)"
        // People are told by the alert at the same limit.
        let warnPercent = settings.engine.diskAlertPercent
        if used >= max(Self.diskFailPercent, warnPercent) { return .fail("disk", detail, fix: fix) }
        return used >= warnPercent ? .warn("disk", detail, fix: fix) : .ok("disk", detail)
    }
}
