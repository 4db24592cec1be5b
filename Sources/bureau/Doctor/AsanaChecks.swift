import BureauEngine
import BureauVendors

extension VendorChecks {
    func asana() async -> [Finding] {
        let name = "asana"
        guard let client = connections.asana else { return [unset(name, "ASANA_ACCESS_TOKEN", isUsed: false)] }
        do throws(VendorError) {
            let user = try await client.me()
            return [.ok(name, "token ok, acting as \(user.name ?? user.gid)")]
        } catch {
            return [Self.refused(name, error)]
        }
    }
}
