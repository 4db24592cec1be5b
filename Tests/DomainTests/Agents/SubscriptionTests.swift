import Testing

@testable import BureauDomain

@Suite("The subscription a task belongs to")
struct SubscriptionTests {
    private typealias Subscription = BoardPolicy.Subscription

    private static let rows: [(String, Subscription, String?)] = [
        ("its place, whatever it is called", Subscription(), "Ads"),
        ("its place in the file's spelling", Subscription(names: ["SEO", "ADS"]), "ADS"),
        ("none, when its place is no subscription", Subscription(names: ["SEO"]), nil),
        ("its list", Subscription(source: .container, names: ["Jobs"]), "Jobs"),
        ("its field", Subscription(source: .field, field: "Area"), "Search"),
        ("none, when its field is another's word", Subscription(source: .field, field: "Area", names: ["SEO"]), nil),
        (
            "what its list always is, before anything it says",
            Subscription(source: .field, field: "Area", containers: [.init(id: "1", name: "SEO", client: nil)]), "SEO"
        ),
        (
            "what it says, where its list is named without one",
            Subscription(containers: [.init(id: "1", name: nil, client: "a")]), "Ads"
        ),
    ]

    @Test("is read from where the file says", arguments: rows.indices)
    func name(row: Int) {
        let (what, subscription, expected) = Self.rows[row]
        let found = subscription.name(in: "1", place: "Ads", containerName: "Jobs", field: "Search")
        #expect(found == expected, "\(what)")
    }
}
