import BureauDomain
import BureauEngine
import Foundation

/// What is missing on this machine for the agents that build. Nothing is asked where none does.
struct BuildChecks {
    let settings: Settings
    /// Where systemd has the service's unit, if it has.
    var units = URL(fileURLWithPath: "/etc/systemd/system")

    private static let name = "builds"
    private static let tools = ["git", "prlimit", "setpriv", "unshare"]
    private static let folders = ["/usr/local/bin", "/usr/bin", "/bin"]

    func findings() -> [Finding] {
        let builders = AgentFolder(settings).written.map(\.config).compactMap { config in
            config.command.map { (name: config.name, policy: $0) }
        }
        guard !builders.isEmpty else { return [] }
        var findings = tools() + unit() + builders.flatMap { repository($0.policy.repository, $0.name) }
        if let problem = settings.engine.builds.problem() {
            findings.append(
                .fail(
                    Self.name, problem, fix: "see docs/guides/platform-build.md, As whom it runs", isAboutSettings: true
                ))
        }
        return findings.isEmpty
            ? [.ok(Self.name, "git and the tools, each repository and the builder's user")] : findings
    }

    private func tools() -> [Finding] {
        let missing = Self.tools.filter { tool in
            !Self.folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
        }
        guard !missing.isEmpty else { return [] }
        return [
            .fail(
                Self.name, "builders need \(missing.joined(separator: ", "))", fix: "apt-get install git util-linux")
        ]
    }

    private func repository(_ path: String, _ agent: String) -> [Finding] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [
                .fail(
                    Self.name, "\(agent): there is no repository \(path)",
                    fix: "make it, or change executor.command.repository")
            ]
        }
        guard FileManager.default.isWritableFile(atPath: path) else {
            return [
                .fail(
                    Self.name, "\(agent): the repository \(path) cannot be written",
                    fix: "give it to the service's user, and name it in ReadWritePaths of the unit's drop-in")
            ]
        }
        return []
    }

    /// The shipped unit alone lets no builder work: a command beside the service would not feel it.
    private func unit() -> [Finding] {
        guard FileManager.default.fileExists(atPath: units.appendingPathComponent("bureau.service").path) else {
            return []
        }
        let folder = units.appendingPathComponent("bureau.service.d").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let texts = names.filter { $0.hasSuffix(".conf") }.compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { String(decoding: $0, as: UTF8.self) }
        }
        let lines = texts.joined(separator: "\n").split(separator: "\n")
        let missing = ["ReadWritePaths=", "ProcSubset=all", "KillMode=process"].filter { line in
            !lines.contains { $0.hasPrefix(line) }
        }
        guard !missing.isEmpty else { return [] }
        return [
            .fail(
                Self.name,
                "the service's unit lets no builder work: its drop-in lacks \(missing.joined(separator: ", "))",
                fix: "install bureau-build.conf: docs/guides/platform-build.md, On a server")
        ]
    }
}
