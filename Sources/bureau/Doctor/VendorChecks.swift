import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

/// Asks each vendor whether one account opens what its agents need. Changes nothing anywhere.
struct VendorChecks: Sendable {
    let settings: Settings
    let account: VendorAccount
    /// Those that work with this account.
    let agents: [AgentConfig]
    var connections: Connections { account.connections }

    func all() async -> [Finding] {
        async let anthropic = self.anthropic()
        async let comments = self.commentModel()
        async let clickUp = self.clickUp()
        async let asana = self.asana()
        async let slack = self.slack()
        async let drive = self.drive()
        let findings = await anthropic + comments + clickUp + asana + slack + drive
        guard let name = account.name else { return findings }
        return findings.map { $0.named("\($0.name) (\(name))") }
    }

    func anthropic() async -> [Finding] {
        let name = "anthropic"
        guard let client = connections.anthropic else {
            guard account.name == nil || agents.contains(where: { $0.anthropic != nil }) else {
                return [.skip(name, "not configured")]
            }
            return [
                .fail(
                    name, "\(account.place("ANTHROPIC_API_KEY")) is not set: no run can start",
                    fix: "make a key in the workspace that owns the agents, put it into the environment file",
                    isAboutSettings: true)
            ]
        }
        let clock = ContinuousClock(), start = clock.now
        do throws(VendorError) { try await client.checkKey() } catch { return [Self.refused(name, error)] }
        let milliseconds = Int((clock.now - start) / .milliseconds(1))
        var findings: [Finding] = []
        for variable in Set(agents.compactMap(\.anthropic?.agentIDVariable).map(account.variable)).sorted() {
            guard let id = settings.environment[variable] else { continue }
            do throws(VendorError) {
                let agent = try await client.agent(id)
                if agent.archivedAt != nil { findings.append(archived("agent", id, variable)) }
            } catch {
                findings.append(Self.refused(name, error, "\(variable) \(id): ", fix: "copy the id from the Console"))
            }
        }
        for variable in Set(agents.compactMap(\.anthropic?.environmentIDVariable).map(account.variable)).sorted() {
            guard let id = settings.environment[variable] else { continue }
            do throws(VendorError) {
                let home = try await client.environment(id)
                if home.archivedAt != nil { findings.append(archived("environment", id, variable)) }
            } catch {
                findings.append(Self.refused(name, error, "\(variable) \(id): ", fix: "copy the id from the Console"))
            }
        }
        return findings.isEmpty
            ? [.ok(name, "key accepted, agent and environment ids found, \(milliseconds) ms")] : findings
    }

    /// Nothing to tell where the rules decide alone, as they do by default.
    func commentModel() async -> [Finding] {
        let name = "comment model"
        guard account.name == nil, let model = settings.engine.commentModel?.model else { return [] }
        guard let client = connections.anthropic else {
            return [
                .fail(
                    name, "COMMENT_MODEL is set and ANTHROPIC_API_KEY is not: the rules judge every comment",
                    fix: "set the key, or remove COMMENT_MODEL", isAboutSettings: true)
            ]
        }
        do throws(VendorError) {
            let known = try await client.modelName(model)
            return [.ok(name, "\(known) may judge comments; the rules do when it cannot")]
        } catch {
            return [
                Self.refused(
                    name, error, "COMMENT_MODEL \(model): ",
                    fix: "name a model this key may use, or remove COMMENT_MODEL")
            ]
        }
    }

    private func archived(_ noun: String, _ id: String, _ variable: String) -> Finding {
        .fail(
            "anthropic", "the \(noun) \(id) (\(variable)) is archived",
            fix: "make a new one and put its id into \(variable)")
    }

    func slack() async -> [Finding] {
        let name = "slack"
        guard let client = connections.slack else {
            return [unset(name, "SLACK_BOT_TOKEN", isUsed: agents.contains { $0.delivery.slack != nil })]
        }
        do throws(VendorError) {
            let identity = try await client.authTest()
            let scopes = try await client.scopes()
            let look = try await SlackLook(client)
            let needed = SlackLook.scopesNeeded(agents)
            let lacking = scopes.map { has in needed.filter { !has.contains($0) } } ?? []
            var findings: [Finding] = lacking.map {
                .fail(
                    name, "the token lacks the scope \($0)",
                    fix: "add it under OAuth & Permissions and install the app again")
            }
            let named = Set(
                agents.flatMap { agent in
                    [agent.delivery.slack?.channel, agent.alerts.failureChannel, agent.approvals.channel].compactMap {
                        $0
                    }
                }
                    + account.channels)
            for channel in named.sorted() {
                if let problem = look.problem(channel) { findings.append(.fail(name, problem.what, fix: problem.fix)) }
            }
            let team = identity.team.map { " in \($0)" } ?? ""
            return findings.isEmpty
                ? [.ok(name, "token ok\(team), every channel joined, scopes ok")] : findings
        } catch {
            return [Self.refused(name, error)]
        }
    }

    func drive() async -> [Finding] {
        let name = "google drive"
        let isUsed = agents.contains { $0.delivery.googleDrive != nil }
        guard let client = connections.drive else {
            return [unset(name, "GOOGLE_SERVICE_ACCOUNT_JSON_PATH", isUsed: isUsed)]
        }
        guard let root = account.driveRootFolderID else {
            return [unset(name, "GOOGLE_DRIVE_ROOT_FOLDER_ID", isUsed: account.name == nil || isUsed)]
        }
        do throws(VendorError) {
            guard let folder = try await client.file(root) else {
                return [
                    .fail(
                        name, "there is no folder \(root) that the service account can see",
                        fix: "share the drive with the address in the key file (client_email)")
                ]
            }
            return [Self.drive(name, folder)]
        } catch {
            return [Self.refused(name, error)]
        }
    }

    private static func drive(_ name: String, _ folder: DriveFile) -> Finding {
        if !folder.isFolder || folder.isTrashed {
            return .fail(
                name,
                "GOOGLE_DRIVE_ROOT_FOLDER_ID names \(folder.isTrashed ? "a trashed folder" : "a file"), \(folder.name)",
                fix: "copy the id from the address of the folder that holds the clients' folders")
        }
        if folder.driveID == nil {
            return .fail(
                name, "\(folder.name) is not in a shared drive, where a service account has no storage",
                fix: "move the folder into a shared drive and add the service account as content manager")
        }
        if !folder.canAddChildren {
            return .fail(
                name, "the service account may not write into \(folder.name)",
                fix: "make it content manager of the shared drive")
        }
        return .ok(name, "\(folder.name) can be written, shared drive \(folder.driveID ?? "")")
    }

    /// Against the date every answer carries, which is cut to the second.
    static func clock(_ transport: some Transport, _ settings: Settings) async -> Finding {
        let url = settings.environment["ANTHROPIC_BASE_URL"] ?? "https://api.anthropic.com"
        let request = VendorRequest(
            vendor: .anthropic, operation: "GET date", method: .get, url: url, timeoutSeconds: 10)
        guard let response = try? await transport.send(request), let text = response.headers["date"],
            let date = httpDate(text)
        else { return .skip("clock", "nobody could be asked for the time") }
        let off = Date().timeIntervalSince(date) - 0.5
        let detail = abs(off) < 2 ? "within 2 s" : "\(Int(abs(off).rounded())) s \(off > 0 ? "ahead" : "behind")"
        let fix = "switch time synchronisation on: timedatectl set-ntp true"
        if abs(off) > 60 { return .fail("clock", detail, fix: fix) }
        return abs(off) > 5 ? .warn("clock", detail, fix: fix) : .ok("clock", detail)
    }

    /// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
    static func httpDate(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text)
    }

    func unset(_ name: String, _ variable: String, isUsed: Bool) -> Finding {
        isUsed
            ? .fail(
                name, "\(account.place(variable)) is not set, and agents deliver there",
                fix: "set it, or switch the channel off in the agents", isAboutSettings: true)
            : .skip(name, "not configured")
    }

    static func refused(_ name: String, _ error: VendorError, _ prefix: String = "", fix: String? = nil) -> Finding {
        let known: String? =
            switch error.kind {
            case .credential: "make a new key or token, see docs/guides/rotate-keys.md"
            case .unreachable, .noAnswer, .unavailable, .limited:
                "check the network and the vendor's status page, then look again"
            case .rejected, .unreadable: nil
            }
        return .fail(name, prefix + error.sentence, fix: known ?? fix ?? "check the setting against the vendor's pages")
    }
}
