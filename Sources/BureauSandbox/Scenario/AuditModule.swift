/// The five modules of the audit, with the scores every demo audit has (their weighted mean is 71).
enum AuditModule: String, CaseIterable, Sendable {
    case profile = "google_business_profile"
    case citations
    case onPage = "on_page"
    case reviews = "reviews_competitors"
    case rank = "local_content_rank"

    var title: String {
        switch self {
        case .profile: "Google Business Profile"
        case .citations: "Citations and NAP consistency"
        case .onPage: "On-page SEO"
        case .reviews: "Reviews and competitors"
        case .rank: "Local content and rank"
        }
    }

    var score: Int {
        switch self {
        case .profile: 74
        case .citations: 62
        case .onPage: 78
        case .reviews: 76
        case .rank: 65
        }
    }

    var summary: String {
        switch self {
        case .profile: "The profile is verified and active, but its list of services is short."
        case .citations: "Six directories show an old phone number or a different spelling of the address."
        case .onPage: "The site is sound; titles are long and service pages lack structured data."
        case .reviews: "Ratings are good; every third review has no answer and two rivals gather reviews faster."
        case .rank: "Strong around the office, weak in the outer cities, which have no page of their own."
        }
    }
}
