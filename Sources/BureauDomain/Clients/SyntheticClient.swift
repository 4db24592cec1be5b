/// A client that does not exist, for trying an agent. The same as `fixtures/synthetic-client.json`.
package enum SyntheticClient {
    package static let name = "Northlake Mobile Detailing (fictional)"

    private static let facts: [(String, JSONValue)] = [
        ("client_id", .string("northlake-detailing-test")), ("client_name", .string(name)),
        ("business_address", .string("100 Example Avenue, Columbus, OH 43004")),
        ("gbp_url", .string("https://maps.example.com/place/northlake-mobile-detailing")),
        ("website_url", .string("https://northlake-detailing.example.com/")),
        ("service_area_cities", list("Columbus, OH", "Dublin, OH", "Westerville, OH", "Gahanna, OH", "Hilliard, OH")),
        (
            "seed_keywords",
            list(
                "mobile car detailing columbus", "ceramic coating columbus", "interior detailing near me",
                "headlight restoration")
        ),
        (
            "competitors",
            list(
                "https://competitor-one.example.com/", "https://competitor-two.example.com/",
                "https://competitor-three.example.com/")
        ),
        (
            "priority_services_ranked",
            list("Ceramic coating", "Full detail", "Interior detail", "Headlight restoration")
        ),
        ("business_usps", list("Comes to the customer", "Water-saving method", "Insured and certified")),
    ]

    private static func list(_ words: String...) -> JSONValue { .array(words.map { .string($0) }) }

    /// Its facts, and a word for whatever else an agent cannot do without.
    package static func payload(requiring fields: [String]) -> JSONObject {
        let unknown = fields.filter { field in !facts.contains { $0.0 == field } }
        return JSONObject(facts + unknown.map { ($0, .string("a test value of \($0)")) })
    }
}
