/// Tables the demo audit is built from.
enum AuditTables {
    struct Finding: Sendable {
        let title: String, severity: String, effort: String, observed: String, expected: String, advice: String
        init(
            _ title: String, _ severity: String, _ effort: String, _ observed: String, _ expected: String,
            _ advice: String
        ) {
            (self.title, self.severity, self.effort) = (title, severity, effort)
            (self.observed, self.expected, self.advice) = (observed, expected, advice)
        }
    }

    static let directories: [(name: String, host: String)] = [
        ("Apple Maps", "maps.apple.example"), ("Bing Places", "bing.example"), ("Yelp", "yelp.example"),
        ("Facebook", "facebook.example"), ("Yellow Pages", "yellowpages.example"), ("BBB", "bbb.example"),
        ("Foursquare", "foursquare.example"), ("Nextdoor", "nextdoor.example"), ("MapQuest", "mapquest.example"),
        ("Manta", "manta.example"), ("Hotfrog", "hotfrog.example"), ("Superpages", "superpages.example"),
        ("CitySearch", "citysearch.example"), ("Chamber of Commerce", "chamber.example"), ("Waze", "waze.example"),
        ("TomTom", "tomtom.example"), ("Here", "here.example"), ("Brownbook", "brownbook.example"),
        ("Cylex", "cylex.example"), ("EZlocal", "ezlocal.example"), ("Merchant Circle", "merchantcircle.example"),
        ("ShowMeLocal", "showmelocal.example"), ("Tupalo", "tupalo.example"), ("iBegin", "ibegin.example"),
    ]

    private static let pages = [
        "/", "/about", "/services", "/contact", "/pricing", "/gallery", "/reviews", "/blog", "/faq", "/team",
        "/booking",
        "/areas",
    ]
    static func path(_ index: Int) -> String {
        index < pages.count ? pages[index] : "/services/item-\(index - pages.count + 1)"
    }

    static func findings(_ module: AuditModule) -> [Finding] {
        switch module {
        case .profile: profile
        case .citations: citations
        case .onPage: onPage
        case .reviews: reviews
        case .rank: rank
        }
    }

    private static let profile = [
        Finding(
            "8 services are missing from the profile", "high", "1 h", "9 services listed",
            "17 services offered on the site", "Add the missing services with a sentence each."),
        Finding(
            "Secondary categories are incomplete", "high", "15 min", "2 of 5 fitting categories",
            "All fitting categories", "Add the three missing secondary categories."),
        Finding(
            "No post in the last 30 days", "medium", "30 min a week", "Last post 47 days ago", "A post a week",
            "Plan four posts a month from existing photos."),
        Finding(
            "Holiday hours are not set", "medium", "10 min", "3 dates without hours", "Hours for the next 90 days",
            "Enter special hours for the coming holidays."),
        Finding(
            "The description does not name the service area", "medium", "20 min", "No city named",
            "The main cities in the first sentence", "Rewrite the first sentence."),
        Finding(
            "Questions are unanswered", "medium", "30 min", "4 open questions", "No open question",
            "Answer them, and add the three most frequent ones."),
        Finding(
            "Few recent photos", "low", "1 h", "2 photos in 90 days", "10 photos in 90 days",
            "Upload dated photos of finished work."),
        Finding(
            "The booking link leads to the home page", "low", "5 min", "Link to /", "Link to /booking",
            "Point it at the booking page."),
    ]
    private static let citations = [
        Finding(
            "The phone number differs in 6 directories", "high", "3 h", "An old number in 6 listings",
            "One number everywhere", "Correct the six listings, beginning with the aggregators."),
        Finding(
            "The street is abbreviated in four ways", "high", "2 h", "St, St., Str and Street", "One spelling",
            "Use the spelling of the profile."),
        Finding(
            "Two duplicate listings", "high", "1 h", "Duplicates on two directories", "One listing each",
            "Ask for the duplicates to be merged."),
        Finding(
            "Five directories of the trade are missing", "medium", "2 h", "19 of 24 checked", "All 24",
            "Create the missing listings."),
        Finding(
            "Old business name in one listing", "medium", "20 min", "Name before 2022", "Current name",
            "Claim and correct it."),
        Finding(
            "Website address without https", "low", "30 min", "7 listings", "https everywhere",
            "Correct on the next visit."),
        Finding(
            "Opening hours missing", "low", "1 h", "8 listings without hours", "Hours in every listing",
            "Add them while correcting numbers."),
        Finding(
            "No logo in several listings", "low", "1 h", "11 listings", "Logo everywhere", "Upload the square logo."),
    ]
    private static let onPage = [
        Finding(
            "Service pages have no structured data", "high", "3 h", "0 of 12 pages",
            "LocalBusiness and Service on each", "Add JSON-LD from one template."),
        Finding(
            "Titles are cut in results", "high", "1 h", "9 titles above 60 characters", "At most 60 characters",
            "Put service and city first."),
        Finding(
            "Duplicate meta descriptions", "medium", "1 h", "5 pages share one text", "One text per page",
            "Write a sentence for each page."),
        Finding(
            "Large images above the fold", "medium", "2 h", "1.9 MB on the home page", "Below 300 kB",
            "Serve AVIF with sizes."),
        Finding(
            "Several pages without an h1", "medium", "30 min", "3 pages", "One h1 per page",
            "Make the visible headline the h1."),
        Finding(
            "Orphan pages", "medium", "30 min", "2 pages without a link", "Every page linked",
            "Link them from the services page."),
        Finding(
            "Images without alternative text", "low", "1 h", "34 images", "Text where the image informs",
            "Describe what is to be seen."),
        Finding(
            "No address in the footer", "low", "15 min", "Phone only", "Name, address, phone", "Add the full address."),
    ]
    private static let reviews = [
        Finding(
            "Every third review has no answer", "high", "2 h", "11 of 27 in 90 days", "An answer within 3 days",
            "Answer the open ones, then set a weekly hour."),
        Finding(
            "A rival gathers reviews three times as fast", "high", "ongoing", "9 a month against 27",
            "At least 15 a month", "Ask after every finished job."),
        Finding(
            "Low ratings name waiting times", "medium", "talk", "5 of 7 low ratings", "None",
            "Confirm arrival times by message."),
        Finding(
            "Reviews name few services", "medium", "ongoing", "3 services named", "All main services",
            "Ask about the specific work done."),
        Finding(
            "No reviews on the website", "medium", "1 h", "None shown", "Ten recent ones",
            "Show them with date and source."),
        Finding(
            "All reviews are on one platform", "low", "ongoing", "96 percent", "Three platforms",
            "Offer a choice of links."),
        Finding("Rivals show more photos", "low", "1 h", "41 against 120", "On par", "Upload ten a month."),
        Finding(
            "Answers read alike", "low", "1 h", "18 identical answers", "Personal answers", "Mention the work done."),
    ]
    private static let rank = [
        Finding(
            "Five cities of the service area have no page", "high", "1 day", "0 of 5", "One page each",
            "Build them with local work and photos."),
        Finding(
            "Not among the first ten in outer cities", "high", "3 months", "Average position 14", "Among the first ten",
            "City pages first, then local links."),
        Finding(
            "The main keyword is on one page only", "medium", "2 h", "1 page", "Service and city pages",
            "Use it in headings where it fits."),
        Finding(
            "The blog has no local topic", "medium", "1 day", "0 of 14 posts", "Every second post",
            "Write about finished local jobs."),
        Finding(
            "No links from local organizations", "medium", "1 week", "0 links", "5 links",
            "Chamber, sponsor pages, suppliers."),
        Finding(
            "Two pages compete for one keyword", "medium", "2 h", "/services and /pricing", "One page",
            "Give each page one aim."),
        Finding("No page answers cost questions", "low", "4 h", "None", "One page", "Publish ranges with examples."),
        Finding("Map is not embedded", "low", "10 min", "No map", "Map on /contact", "Embed it below the address."),
    ]
}
