import BureauDomain
import BureauEngine
import BureauVendors
import Foundation

/// Looks at what one client's record names, with the account its work is done with. Changes nothing anywhere. Each
/// finding bears the label of the fact it is about.
struct ClientCheck: Sendable {
    let settings: Settings
    let client: ClientRecord
    let accounts: [VendorAccount]
    /// Of open tasks, 100 on each.
    static let pagesMax = 5

    func findings() async -> [Finding] {
        guard let account = accounts.first(where: { $0.name == client.credentials }) else {
            return [
                .fail(
                    "Credentials", "\"\(client.credentials ?? "")\" are not configured",
                    fix: "add them to \(settings.credentialsFile.path), or change the client's", isAboutSettings: true)
            ]
        }
        async let access = credentials(account)
        async let asana = self.asana(account)
        async let clickUp = self.clickUp(account)
        async let site = self.site()
        let found = await access + asana + clickUp + site
        return found + unconnected
    }

    /// The environment's own are looked at with everything else.
    private func credentials(_ account: VendorAccount) async -> [Finding] {
        guard account.name != nil else { return [] }
        return await VendorChecks(settings: settings, account: account, agents: []).all()
    }

    private func asana(_ account: VendorAccount) async -> [Finding] {
        guard let gid = value("asana_project") else { return [] }
        let name = Self.label("asana_project")
        guard let asana = account.connections.asana else { return [Self.unset(name, account, "ASANA_ACCESS_TOKEN")] }
        do throws(VendorError) {
            let project = try await asana.project(gid)
            var count = 0, offset: String?
            for _ in 0..<Self.pagesMax {
                let page = try await asana.tasks(project: gid, offset: offset)
                (count, offset) = (count + page.items.count, page.nextOffset)
                if offset == nil { break }
            }
            return [.ok(name, "reachable: \(project.name), \(Self.open(count, hasMore: offset != nil))")]
        } catch {
            return [
                VendorChecks.refused(
                    name, error, fix: "check the project's number, and invite Bureau's user to the project")
            ]
        }
    }

    private func clickUp(_ account: VendorAccount) async -> [Finding] {
        guard let id = value("clickup_list") else { return [] }
        let name = Self.label("clickup_list")
        guard let clickUp = account.connections.clickUp else { return [Self.unset(name, account, "CLICKUP_API_TOKEN")] }
        do throws(VendorError) {
            let list = try await clickUp.list(id)
            var count = 0, isLast = false
            for number in 0..<Self.pagesMax where !isLast {
                let page = try await clickUp.tasks(list: id, statuses: [], withClosed: false, page: number)
                (count, isLast) = (count + page.tasks.count, page.isLastPage)
            }
            return [.ok(name, "reachable: \(list.name), \(Self.open(count, hasMore: !isLast))")]
        } catch {
            return [
                VendorChecks.refused(name, error, fix: "check the list's number, and share the list with Bureau's user")
            ]
        }
    }

    private func site() async -> [Finding] {
        guard let text = value("website_url") else { return [] }
        let name = Self.label("website_url"), allowed = settings.engine.endpoints.allowed
        let address: EndpointAddress
        do throws(EndpointAddress.Refused) {
            address = try EndpointAddress(String(text.prefix { $0 != "#" }), allowed: allowed, mayBePlain: true)
        } catch {
            return [.fail(name, "it is no address on the open internet that can be read", fix: "mend it in the record")]
        }
        let post = GuardedPost { EndpointAddress.isOpen($0, allowed: allowed) }
        switch await post.look(at: address.url, host: address.host, port: address.port) {
        case .answered(let status) where (200..<400).contains(status):
            return [.ok(name, "reachable: it answers \(status)")]
        case .answered(let status):
            return [
                .warn(
                    name, "it answers \(status)",
                    fix: "open it in a browser: some sites refuse programs, others are really down")
            ]
        case .refused(let why): return [.fail(name, why, fix: "mend it in the record")]
        case .failed(let why): return [.fail(name, why, fix: "open it in a browser, and mend it in the record")]
        }
    }

    /// Nobody can say of these that they are well.
    private var unconnected: [Finding] {
        ClientFact.known.filter { !$0.isConnected && value($0.field) != nil }.map {
            .skip($0.label, "not connected yet: agents are told it, and nobody looks at it here")
        }
    }

    private func value(_ field: String) -> String? {
        guard let value = client.fields[field] else { return nil }
        let text = (value.string ?? value.compact).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty || value == .null ? nil : text
    }

    private static func label(_ field: String) -> String { ClientFact.named(field).label }

    private static func unset(_ name: String, _ account: VendorAccount, _ variable: String) -> Finding {
        .fail(name, "\(account.place(variable)) is not set, so nobody can look", fix: "set it", isAboutSettings: true)
    }

    private static func open(_ count: Int, hasMore: Bool) -> String {
        if hasMore { return "\(count) open tasks or more" }
        return count == 1 ? "1 open task" : "\(count) open tasks"
    }
}
