/// Which module may look at which: the rings of the package, as rules over the text of an import line.
enum ImportWall {
    /// Our own modules each ring may import. Domain, Storage and Vendors know nothing of each other; the sandbox knows
    /// none of us, so that it and the clients stay two separate readings of a vendor's documentation.
    static let rings: [String: Set<String>] = [
        "BureauDomain": [],
        "BureauStorage": [],
        "BureauVendors": [],
        "BureauSandbox": [],
        "BureauEngine": ["BureauDomain", "BureauStorage", "BureauVendors"],
        "BureauWeb": ["BureauDomain", "BureauEngine"],
        "bureau": [
            "BureauDomain", "BureauStorage", "BureauVendors", "BureauSandbox", "BureauEngine", "BureauWeb",
        ],
    ]

    /// Libraries with one home each. Everything else (logging, NIO, crypto) is free outside the domain.
    static let homes: [String: Set<String>] = [
        "GRDB": ["BureauStorage"],
        // The product speaks to the outside through Vendors only; a stand-in sends webhooks to the product.
        "AsyncHTTPClient": ["BureauVendors", "BureauSandbox"],
        "JWTKit": ["BureauVendors"],
        "Hummingbird": ["BureauWeb", "BureauSandbox"],
        "HummingbirdCore": ["BureauWeb", "BureauSandbox"],
        "Mustache": ["BureauWeb"],
        "ArgumentParser": ["bureau"],
    ]

    /// Why `ring` may not import `module`; nil when it may.
    static func objection(to module: String, in ring: String) -> String? {
        guard let neighbours = rings[ring] else { return "\(ring) is a ring without a rule: add it to ImportWall" }
        if module == "FoundationNetworking" { return "it brings libcurl; use the transport of Vendors" }
        if ring == "BureauDomain", module != "Foundation" {
            return "BureauDomain holds decisions over plain values and imports Foundation only"
        }
        if rings.keys.contains(module), !neighbours.contains(module) { return "\(ring) may not know \(module)" }
        if let home = homes[module], !home.contains(ring) {
            return "\(module) belongs to \(home.sorted().joined(separator: " and "))"
        }
        return nil
    }

    /// The module an import line names: `package import struct A.B` names `A`. Nil for any other line.
    static func module(importedBy code: String) -> String? {
        let words = code.split { $0 == " " || $0 == "\t" }
        guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count else { return nil }
        let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        guard words[..<keyword].allSatisfy({ levels.contains($0) || $0.hasPrefix("@") }) else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let", "actor"]
        let named = words[(keyword + 1)...].first { !kinds.contains($0) }
        return named?.split(separator: ".").first.map(String.init)
    }
}
