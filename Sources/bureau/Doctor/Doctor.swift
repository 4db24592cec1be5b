import BureauDomain
import BureauEngine
import BureauVendors
import BureauWeb
import Foundation

/// Every check there is, the same behind `bureau doctor` and the pages.
struct Doctor: Sendable {
    let settings: Settings
    /// Whether what can be mended on this machine is mended.
    let fixes: Bool

    func local() async -> [Finding] {
        let checks = LocalChecks(settings: settings, fixes: fixes)
        let secrets = SecretChecks(environment: settings.environment, envFile: Environment.filePath, fixes: fixes)
        let builds = BuildChecks(settings: settings)
        let places = [await checks.database(), checks.folders(), checks.chromium()]
        return checks.config() + places + secrets.findings() + builds.findings()
    }

    func disks() -> [Finding] { LocalChecks(settings: settings, fixes: fixes).disks() }

    /// All at once: a vendor that does not answer keeps nobody waiting but itself. Every account is asked for what its
    /// own agents need.
    func vendors(_ accounts: [VendorAccount], _ transport: HTTPTransport) async -> [Finding] {
        let agents = AgentFolder(settings).written.map(\.config), names = accounts.map(\.name)
        let homeless = agents.filter { !names.contains($0.credentials) }.map { config in
            Finding.fail(
                "config", "\(config.name): the credentials \"\(config.credentials ?? "")\" are not configured",
                fix: "add them to \(settings.credentialsFile.path), or change the agent's file", isAboutSettings: true)
        }
        async let clock = VendorChecks.clock(transport, settings)
        async let live = PublicStream(settings: settings).finding(transport)
        let found = await withTaskGroup(of: (Int, [Finding]).self) { group in
            for (index, account) in accounts.enumerated() {
                let checks = VendorChecks(
                    settings: settings, account: account, agents: agents.filter { $0.credentials == account.name })
                group.addTask { (index, await checks.all()) }
            }
            return await group.reduce(into: [Int: [Finding]]()) { $0[$1.0] = $1.1 }
        }
        return homeless + found.sorted { $0.key < $1.key }.flatMap { $0.value } + [await clock, await live]
    }

    /// What one agent's file says, and whether the vendors have what it names.
    func agent(_ name: String, _ accounts: [VendorAccount]) async -> [Finding] {
        let file = settings.agentsFolder.appendingPathComponent(name + ".json").path, edit = "edit \(file)"
        guard let reports = try? AgentFolder(settings).reports(),
            let report = reports.first(where: { $0.fileName == name + ".json" })
        else { return [.fail("config", "there is no file \(file)", fix: "put it back", isAboutSettings: true)] }
        var findings = report.problems.map { problem in
            problem.severity == .error
                ? Finding.fail("config", "\(problem)", fix: edit, isAboutSettings: true)
                : .warn("config", "\(problem)", fix: edit)
        }
        guard let agent = report.agent else { return findings }
        if findings.isEmpty {
            findings.append(.ok("config", "version \(agent.config.version), nothing to complain of"))
        }
        let online = await OnlineCheck(settings: settings, accounts: accounts).problems([(file, agent)])
        findings += online.map { .warn("vendors", "\($0)", fix: edit) }
        if online.isEmpty { findings.append(.ok("vendors", "every channel, status and id it names is there")) }
        return findings
    }
}

extension Checkup {
    /// With the server's own connections, so that its looks count against the same limits as its work.
    init(
        _ settings: Settings, _ accounts: [VendorAccount], _ transport: HTTPTransport, _ doors: Doors,
        client find: @escaping @Sendable (String) async -> ClientRecord?
    ) {
        self.init(doors: doors) { subject in
            let doctor = Doctor(settings: settings, fixes: false)
            let found =
                switch subject {
                case .everything:
                    await doctor.local() + doctor.vendors(accounts, transport) + doctor.disks()
                case .agent(let name): await doctor.agent(name, accounts)
                case .client(let slug):
                    if let client = await find(slug) {
                        await ClientCheck(settings: settings, client: client, accounts: accounts).findings()
                    } else {
                        [
                            Finding.fail(
                                "client", "the client \(slug) is not there, or could not be read",
                                fix: "look again; see the list of clients")
                        ]
                    }
                }
            return found.map { finding in
                let status: Line.Status =
                    switch finding.status {
                    case .ok: .ok
                    case .warn: .warn
                    case .fail: .fail
                    case .skip: .skip
                    }
                return Line(status, finding.name, finding.detail, fix: finding.fix)
            }
        }
    }
}
