import BureauDomain
import BureauWeb

extension Settings {
    /// How the pages are reached and from where.
    static func site(_ environment: Environment) throws(SetupError) -> WebHouse.Site {
        let offices = try addressRanges("OFFICE_ADDRESSES", environment)
        var url = environment["PUBLIC_URL"]
        while url?.hasSuffix("/") ?? false { url?.removeLast() }
        if let url, !(url.hasPrefix("https://") || url.hasPrefix("http://")) {
            throw SetupError("PUBLIC_URL is \"\(url)\"", fix: "write it as https://bureau.example.com")
        }
        var site = WebHouse.Site(
            publicURL: url, offices: offices, version: Composition.version)
        switch environment["MCP_WRITES"]?.lowercased() {
        case nil, "off": break
        case "on": site.agentsMayWrite = true
        case let other?:
            throw SetupError("MCP_WRITES is \"\(other.prefix(40))\"", fix: "write on or off")
        }
        return site
    }

    /// Blocks of addresses with commas between them.
    static func addressRanges(_ name: String, _ environment: Environment) throws(SetupError) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for part in (environment[name] ?? "").split(separator: ",") {
            let text = part.filter { !$0.isWhitespace }
            guard let range = AddressRange(text) else {
                throw SetupError(
                    "\(name) holds \"\(text)\", which is no address or block of addresses",
                    fix: "write blocks with commas: 203.0.113.0/24,2001:db8::/32")
            }
            ranges.append(range)
        }
        return ranges
    }

    /// With what the settings page shows: the same as `bureau config show`.
    var siteInEffect: WebHouse.Site {
        var site = site
        site.settings = SettingsCatalogue(self).all.map {
            .init(name: $0.name, value: $0.value ?? "not set", origin: $0.isSecret ? "secret, never shown" : $0.source)
        }
        return site
    }
}
