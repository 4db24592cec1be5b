/// One thing a client's record may say that people know by a name: what it is called, and where it is looked after.
package struct ClientFact: Hashable, Sendable {
    package enum Home: String, Hashable, Sendable { case context, source }

    /// As agents ask for it.
    package let field: String
    package let label: String
    package let home: Home
    package let hint: String

    package var isList: Bool { PayloadAssembly.listFields.contains(field) }
    /// Longer than a line.
    package var isLong: Bool { isList || ["opening_hours", "tone_of_voice"].contains(field) }

    /// False for an account that agents are told of and Bureau cannot look at itself yet.
    package var isConnected: Bool {
        ![
            "ga4_property", "search_console_site", "accuranker_domain", "google_ads_customer", "meta_ads_account",
        ].contains(field)
    }

    private init(_ field: String, _ label: String, _ home: Home, _ hint: String) {
        (self.field, self.label, self.home, self.hint) = (field, label, home, hint)
    }

    /// In the order people fill them in.
    package static let known: [ClientFact] = [
        ClientFact("client_name", "Name", .context, "As the business writes it everywhere."),
        ClientFact(
            "business_address", "Address", .context, "Street, town, state and code, as on the business profile."),
        ClientFact("business_phone", "Phone", .context, "As it is printed, with the area code."),
        ClientFact("opening_hours", "Hours", .context, "One line for each day or range of days."),
        ClientFact("service_area_cities", "Service areas", .context, "One on each line."),
        ClientFact("priority_services_ranked", "Services", .context, "One on each line, the most important first."),
        ClientFact("competitors", "Competitors", .context, "Their web addresses, one on each line."),
        ClientFact("seed_keywords", "Keywords", .context, "What customers type, one on each line."),
        ClientFact("business_usps", "What sets it apart", .context, "One on each line."),
        ClientFact("tone_of_voice", "Tone", .context, "How its texts sound, and what they never say."),
        ClientFact("folder_url", "Folder", .context, "Where its documents are, https://…"),
        ClientFact(Schedule.clientZoneField, "Time zone", .context, "Such as America/New_York; schedules use it."),
        ClientFact("website_url", "Web site", .source, "https://…"),
        ClientFact("gbp_url", "Google Business profile", .source, "The profile's address on Google Maps."),
        ClientFact("asana_project", "Asana project", .source, "The number in the project's address."),
        ClientFact("clickup_list", "ClickUp list", .source, "The number in the list's address."),
        ClientFact("ga4_property", "GA4 property", .source, "Such as properties/123456789."),
        ClientFact("search_console_site", "Search Console", .source, "Such as sc-domain:acme.example."),
        ClientFact("accuranker_domain", "AccuRanker", .source, "The domain's number there."),
        ClientFact("google_ads_customer", "Google Ads", .source, "The customer id, ten digits."),
        ClientFact("meta_ads_account", "Meta ads", .source, "Such as act_1234567890."),
    ]

    /// What an agent asks for that has no name here, and what a record holds beside the names, is context.
    package static func named(_ field: String) -> ClientFact {
        known.first { $0.field == field }
            ?? ClientFact(field, field.replacing("_", with: " ").firstUpper, .context, "Agents read it as \(field).")
    }
}

extension String {
    fileprivate var firstUpper: String { prefix(1).uppercased() + dropFirst() }
}
