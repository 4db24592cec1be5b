import Foundation

/// The client an agent was told about: the fields the demo scripts use, read from the JSON inside a kickoff text.
struct ClientPayload: Sendable, Hashable {
    var id = "demo-client"
    var name = "Demo client"
    var address = "100 Example Street, Columbus, OH 43004"
    var profileURL = "https://maps.example.com/place/demo-client"
    var websiteURL = "https://www.example.com"
    var cities = ["Columbus", "Dublin", "Hilliard"]
    var keywords = ["local service", "local service near me"]
    var competitors = ["First Rival", "Second Rival"]
    var services: [String] = []

    init() {}

    /// The first JSON object in `text` that names a client; nil when there is none.
    init?(in text: String) {
        guard let members = Self.objects(in: text).lazy.compactMap(Self.clientMembers).first else { return nil }
        id = Self.line(members["client_id"]) ?? id
        name = Self.line(members["client_name"]) ?? id
        address = Self.line(members["business_address"]) ?? address
        profileURL = Self.line(members["gbp_url"]) ?? profileURL
        websiteURL = Self.line(members["website_url"]) ?? websiteURL
        cities = Self.list(members["service_area_cities"]) ?? cities
        keywords = Self.list(members["seed_keywords"]) ?? keywords
        competitors = Self.list(members["competitors"]) ?? competitors
        services = Self.list(members["priority_services_ranked"]) ?? []
    }

    /// The client may stand at the top of the object or one level below it.
    private static func clientMembers(_ json: JSON) -> [String: JSON]? {
        guard let members = json.object else { return nil }
        if members["client_id"] != nil || members["client_name"] != nil { return members }
        return members.values.lazy.compactMap(\.object).first { $0["client_id"] != nil || $0["client_name"] != nil }
    }

    private static func line(_ value: JSON?) -> String? {
        switch value {
        case .string(let text): text.isEmpty ? nil : text
        case .int(let number): String(number)
        case .object(let members): line(members["formatted_address"]) ?? line(members["name"])
        default: nil
        }
    }

    /// A list as JSON, or text with commas, semicolons or line ends between the items. At most 8, to bound a script.
    private static func list(_ value: JSON?) -> [String]? {
        let items: [String] =
            switch value {
            case .array(let values): values.compactMap(line)
            case .string(let text):
                text.split { ",;\n".contains($0) }.map { String($0.trimmingWhitespace) }.filter { !$0.isEmpty }
            default: []
            }
        return items.isEmpty ? nil : Array(items.prefix(8))
    }

    /// Every balanced `{…}` in the text that parses, outermost first.
    private static func objects(in text: String) -> [JSON] {
        let bytes = Array(text.utf8)
        var found: [JSON] = []
        var index = 0
        while index < bytes.count, found.count < 20 {
            guard bytes[index] == UInt8(ascii: "{"), let end = matchingBrace(bytes, from: index) else {
                index += 1
                continue
            }
            if let json = try? JSON(parsing: Data(bytes[index...end])) {
                found.append(json)
                index = end
            }
            index += 1
        }
        return found
    }

    private static func matchingBrace(_ bytes: [UInt8], from start: Int) -> Int? {
        var depth = 0
        var isInString = false
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isInString: index += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "{") where !isInString: depth += 1
            case UInt8(ascii: "}") where !isInString:
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return nil
    }
}
