/// The workspace every sandbox starts with: two lists with the work of two invented clients and one of the
/// agency's own, marked as demo by name.
enum ClickUpSeed {
    static let auditsListID = "901100000001", briefsListID = "901100000002",
        buildsListID = "901100000003"

    /// - Parameter secret: signs what the default webhook carries to the product's /webhook/sentinel.
    static func workspace(now: Int, secret: String) -> ClickUpWorkspace {
        func hook(_ number: Int, _ endpoint: String, _ list: String) -> ClickUpWebhook {
            ClickUpWebhook(
                id: "5e0a3c1e-0000-4000-8000-00000000d3e\(number)", secret: secret, endpoint: endpoint,
                events: ["taskCreated", "taskUpdated", "taskStatusUpdated", "taskCommentPosted"], place: .list(list))
        }
        let hooks = [
            hook(0, "/webhook/sentinel", auditsListID), hook(1, "/webhook/catalyst", briefsListID),
            hook(2, "/webhook/platform-build", buildsListID),
        ]
        return ClickUpWorkspace(
            lists: [
                list(auditsListID, "Sentinel audits"), list(briefsListID, "Content briefs"),
                list(buildsListID, "Platform Build", statuses: buildStatuses),
            ],
            tasks: tasks(created: now - 86_400_000), webhooks: hooks)
    }

    private static func list(_ id: String, _ name: String, statuses: [ClickUpStatus] = statuses) -> ClickUpList {
        ClickUpList(
            id: id, name: name, folderID: "90110001", spaceID: "90110000", statuses: statuses, fields: fields)
    }

    private static let statuses = columns([
        ("to do", "open", "#87909e"), ("ready (automate)", "custom", "#f9d900"), ("in progress", "custom", "#5f55ee"),
        ("review", "custom", "#b660e0"), ("blocked", "custom", "#d33d44"), ("complete", "closed", "#008844"),
    ])

    /// The columns of a board whose tasks are built, not written.
    private static let buildStatuses = columns([
        ("intake", "open", "#87909e"), ("clarification", "custom", "#e16b16"), ("ready", "custom", "#f9d900"),
        ("in progress", "custom", "#5f55ee"), ("review", "custom", "#b660e0"), ("blocked", "custom", "#d33d44"),
        ("error", "custom", "#aa2831"), ("merged", "closed", "#008844"),
    ])

    private static func columns(_ entries: [(String, String, String)]) -> [ClickUpStatus] {
        entries.enumerated().map { index, entry in
            ClickUpStatus(name: entry.0, type: entry.1, color: entry.2, orderindex: index)
        }
    }

    // MARK: Fields

    private static let cities = options(["Columbus", "Dublin", "Westerville", "Springfield", "Riverton"], prefix: "c1")
    private static let industries = options(["Automotive", "Dental", "Home services"], prefix: "1d")

    static let fields = [
        field(1, "client_id", "short_text"), field(2, "client_name", "short_text"),
        field(3, "business_address", "location"), field(4, "gbp_url", "url"), field(5, "website_url", "url"),
        field(6, "service_area_cities", "labels", cities), field(7, "seed_keywords", "text"),
        field(8, "competitors", "text"), field(9, "priority_services_ranked", "text"),
        field(10, "business_usps", "text"), field(11, "industry", "drop_down", industries),
        field(12, "locations_count", "number"), field(13, "contract_start", "date"),
        field(14, "multi_location", "checkbox"),
        field(15, "Subscription", "drop_down", options(["SEO", "Ads"], prefix: "5b")),
        field(16, "Client visible", "checkbox"),
    ]

    private static func field(
        _ number: Int, _ name: String, _ type: String, _ options: [ClickUpOption] = []
    ) -> ClickUpField {
        ClickUpField(id: id("f1e1d000", number), name: name, type: type, options: options)
    }

    private static func options(_ names: [String], prefix: String) -> [ClickUpOption] {
        names.enumerated().map { index, name in
            ClickUpOption(id: id("0b7100\(prefix)", index + 1), name: name, color: "#87909e", orderindex: index)
        }
    }

    private static func id(_ head: String, _ number: Int) -> String {
        let digits = String(number)
        return "\(head)-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    // MARK: Tasks

    private static let shamrock: [String: JSON] = [
        "client_id": "shamrock-detailing-columbus", "client_name": "Shamrock Detailing (demo)",
        "business_address": [
            "location": ["lat": 39.9612, "lng": -82.9988], "place_id": "demo-place-1",
            "formatted_address": "100 Example Street, Columbus, OH 43004, USA",
        ],
        "gbp_url": "https://maps.example/place/shamrock-detailing-demo",
        "website_url": "https://shamrock-detailing.example", "service_area_cities": labels([0, 1, 2]),
        "seed_keywords": "mobile car detailing\nceramic coating columbus\ninterior detailing near me",
        "competitors":
            "Capital Shine (demo), https://capital-shine.example\nBuckeye Gloss (demo), https://buckeye-gloss.example",
        "priority_services_ranked": "Ceramic coating\nInterior detailing\nPaint correction",
        "business_usps": "Comes to the customer, open on Sundays", "industry": 0, "locations_count": "1",
        "contract_start": "1767254400000", "multi_location": false,
    ]

    private static let bluebird: [String: JSON] = [
        "client_id": "bluebird-dental", "client_name": "Bluebird Dental (demo)",
        "business_address": [
            "location": ["lat": 39.7817, "lng": -89.6501], "place_id": "demo-place-2",
            "formatted_address": "22 Sample Avenue, Springfield, IL 62701, USA",
        ],
        "gbp_url": "https://maps.example/place/bluebird-dental-demo",
        "website_url": "https://bluebird-dental.example", "service_area_cities": labels([3, 4]),
        "seed_keywords": "family dentist springfield\nemergency dentist\nInvisalign® consultation",
        "competitors": "Lakeside Smiles (demo)\nPrairie Dental (demo)", "industry": 1, "locations_count": "2",
        "contract_start": "1772352000000", "multi_location": true,
    ]

    /// What someone typed before they were called away: enough to be refused for what is missing.
    private static let unfinished: [String: JSON] = [
        "client_id": "bluebird-dental", "client_name": "Bluebird Dental (demo)",
        "website_url": "https://bluebird-dental.example", "seed_keywords": " ", "service_area_cities": [],
    ]

    private static func labels(_ indices: [Int]) -> JSON { .array(indices.map { .string(cities[$0].id) }) }

    private static func tasks(created: Int) -> [ClickUpTask] {
        [
            task("86demoshm1", "SEO-101", "SEO audit: Shamrock Detailing (demo)", auditsListID, shamrock, created),
            task(
                "86demoblu1", "SEO-102", "SEO audit: Bluebird Dental (demo)", auditsListID, bluebird, created + 60_000),
            task(
                "86demoblu2", "SEO-103", "SEO audit: Bluebird Dental, second office (demo, fields missing)",
                auditsListID, unfinished, created + 120_000),
            task(
                "86demoshm2", "BRF-201", "Content brief: Shamrock Detailing, ceramic coating (demo)", briefsListID,
                shamrock, created + 180_000),
            build(created + 240_000),
        ]
    }

    private static func build(_ created: Int) -> ClickUpTask {
        var task = ClickUpTask(
            id: "86demobld1", listID: buildsListID, customID: "BLD-301", name: "Add a status page (demo)",
            text: "Visitors should see on one page whether everything works.", status: buildStatuses[0],
            created: created, updated: created)
        task.assignees = [.boardUser]
        return task
    }

    private static func task(
        _ id: String, _ customID: String, _ name: String, _ listID: String, _ values: [String: JSON], _ created: Int
    ) -> ClickUpTask {
        var task = ClickUpTask(
            id: id, listID: listID, customID: customID, name: name,
            text: "Demo work for an invented client. Move it to “ready (automate)” to start a run.",
            status: statuses[0], created: created, updated: created)
        task.assignees = [.boardUser]
        for field in fields { task.values[field.id] = values[field.name] }
        return task
    }
}
