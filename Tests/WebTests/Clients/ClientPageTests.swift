import BureauDomain
import BureauEngine
import BureauVendors
import Foundation
import Testing

@testable import BureauWeb

@Suite("The Clients pages")
struct ClientPageTests {
    private static func version(_ text: String) throws -> String {
        let start = try #require(text.firstRange(of: "name=\"version\" value=\""))
        return String(text[start.upperBound...].prefix(20))
    }

    @Test("A name and a slug make a client, and its page says who needs what")
    func creation() async throws {
        try await Served.run(hasAgents: true) { server in
            let admin = try await Browser.signedIn(server, "boss", .admin)
            let made = try await admin.post("/clients", "slug=acme&name=Acme+%3Cb%3E")
            #expect(made.status == 303 && made.headers["location"] == "/clients/acme/")
            let page = try await admin.get("/clients/acme/").text
            #expect(page.contains("Acme &lt;b&gt;") && page.contains("Not ready"))
            #expect(page.contains("/clients/acme/context/#fact-competitors") && page.contains("SEO Sentinel"))
            #expect(try await admin.post("/clients", "slug=acme&name=Other").status == 422)
            #expect(try await admin.post("/clients", "slug=No+Slug&name=Other").status == 422)
            #expect(try await server.house.clients.find("acme")?.name == "Acme <b>")
        }
    }

    @Test("Readiness follows the record at once, and each change is kept with before and after")
    func editing() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let admin = try await Browser.signedIn(server, "boss", .admin)
            #expect(try await admin.get("/clients/acme/").text.contains("#fact-competitors"))
            let version = try Self.version(try await admin.get("/clients/acme/context/").text)
            let form = "version=\(version)&tab=context&fact.client_name=Acme&fact.competitors="
            let saved = try await admin.post("/clients/acme/facts", form + "https://a.example%0D%0Ahttps://b.example")
            #expect(saved.status == 303)
            let record = try #require(try await server.house.clients.find("acme"))
            #expect(
                record.fields["competitors"] == .array([.string("https://a.example"), .string("https://b.example")]))
            #expect(try await !admin.get("/clients/acme/").text.contains("#fact-competitors"))
            let activity = try await admin.get("/clients/acme/activity/").text
            #expect(activity.contains("competitors: none") && activity.contains("https://a.example, https://b.example"))
            // The name was sent too and did not change: it is not in the log.
            let entry = try #require(try await server.house.clients.activity("acme").first)
            #expect(entry.after?.contains("client_name") == false && entry.actor.name == "boss")
            let stale = try await admin.post("/clients/acme/facts", form + "https://c.example")
            #expect(stale.status == 409, "somebody else's change is not written over")
            let next = try Self.version(try await admin.get("/clients/acme/context/").text)
            #expect(try await admin.post("/clients/acme/facts", "version=\(next)&fact.competitors=").status == 303)
            #expect(try await admin.get("/clients/acme/").text.contains("#fact-competitors"), "taken away again")
        }
    }

    @Test("Of two who change a client at once the second sees what the first did, and saves on top of it")
    func meanwhile() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient(
                "acme", ["business_phone": "614 555 0100", "business_address": "1 Main St", "tone_of_voice": "Calm"])
            let (ana, ben) = (
                try await Browser.signedIn(server, "ana", .admin), try await Browser.signedIn(server, "ben", .admin)
            )
            let seen = try Self.version(try await ben.get("/clients/acme/context/").text), place = "/clients/acme/facts"
            let others = "&fact.tone_of_voice=Calm&fact.client_name=Acme"
            _ = try await ana.post(
                place, "version=\(seen)&fact.business_address=2+Main+St&fact.business_phone=614+555+0111" + others)
            let form = "&tab=context&fact.business_address=3+Main+St&fact.business_phone=614+555+0100" + others
            let late = try await ben.post(place, "version=\(seen)" + form)
            #expect(late.status == 409)
            for words in [
                "Somebody changed Acme while you were writing", "ana wrote: 2 Main St", "value=\"3 Main St\"",
                "614 555 0111", ">Address<", "Save mine",
            ] { #expect(late.text.contains(words), "\(words)") }
            #expect(
                !late.text.contains("Nothing of yours") && !late.text.contains("Fact.") && !late.text.contains("Calm"))
            #expect(!late.text.contains("name=\"fact.business_phone\""), "ben never touched the phone")
            let fresh = try Self.version(late.text)
            #expect(try await ben.post(place, "version=\(fresh)&fact.business_address=3+Main+St").status == 303)
            let fields = try #require(try await server.house.clients.find("acme")).fields
            #expect(fields["business_address"] == "3 Main St" && fields["business_phone"] == "614 555 0111")
        }
    }

    @Test("What cannot be taken back to the form's own version is all shown as it is now")
    func withoutBase() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme", ["business_address": "1 Main St"])
            let ben = try await Browser.signedIn(server, "ben", .admin)
            let late = try await ben.post(
                "/clients/acme/facts",
                "version=00000000000000000000&fact.business_address=3+Main+St&fact.client_name=Acme")
            #expect(late.status == 409 && late.text.contains("There is now: 1 Main St"))
            #expect(late.text.contains("value=\"3 Main St\"") && !late.text.contains("What was changed meanwhile"))
            #expect(!late.text.contains("name=\"fact.client_name\""), "it is what stands there")
        }
    }

    @Test("A list of clients goes on, as a page, as JSON, as CSV and over the API, and each is in it once")
    func paging() async throws {
        try await Served.run { server in
            let all = (0..<ClientPages.pageRows + 7).map { String(format: "client-%03d", $0) }
            for slug in all { try await server.keepClient(slug) }
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            let first = try await ana.get("/clients/").text
            #expect(first.contains("/clients/\(all[ClientPages.pageRows - 1])/"))
            let next = try #require(first.firstMatch(of: /rel="next" href="([^"]+)"/)).1
            let second = try await ana.get(String(next)).text
            #expect(second.contains("/clients/\(all.last ?? "")/") && !second.contains("/clients/\(all[0])/"))
            #expect(!second.contains("rel=\"next\"") && second.contains(">First<"))
            let json = try BureauDomain.JSONValue.parse(try await ana.get("/clients.json").body)
            #expect(json["items"]?.array?.count == ClientPages.pageRows)
            for order in ["", "?order=last-run", "?order=ready"] {
                let some = try BureauDomain.JSONValue.parse(try await ana.get("/clients.json" + order).body)
                let place = (order.isEmpty ? "?" : order + "&") + "cursor=" + (some["next"]?.string ?? "none")
                let rest = try BureauDomain.JSONValue.parse(try await ana.get("/clients.json" + place).body)
                let slugs = [some, rest].flatMap { ($0["items"]?.array ?? []).compactMap { $0["slug"]?.string } }
                #expect(slugs.count == all.count && Set(slugs) == Set(all) && rest["next"] == .null, "\(order)")
            }
            let lines = try await ana.get("/clients.csv").text.split(separator: "\r\n").dropFirst()
            #expect(lines.map { $0.split(separator: ",").first.map(String.init) } == all)
            let program = try await Program.of(server, "robot", .viewer)
            var (seen, cursor): ([String], String?) = ([], nil)
            for _ in 0..<4 {
                let page = try await program.json("/api/v1/clients?limit=50" + (cursor.map { "&cursor=\($0)" } ?? ""))
                seen += (page["items"]?.array ?? []).compactMap { $0["slug"]?.string }
                cursor = page["next"]?.string
                if cursor == nil { break }
            }
            #expect(seen == all)
            let narrow = try await Browser.signedIn(server, "nina", .viewer, clients: [all[0], all[105]])
            let few = try await narrow.get("/clients/").text
            #expect(few.contains(all[105]) && !few.contains(all[1]) && !few.contains("rel=\"next\""))
        }
    }

    @Test("The list is searched by name or slug, keeps that from page to page, and tells each client's last run")
    func search() async throws {
        try await Served.run { server in
            for number in 0..<ClientPages.pageRows + 7 {
                try await server.keepClient(String(format: "client-%03d", number))
            }
            _ = try await server.house.clients.create("acme", name: "Öst & Söhne Dental", by: Browser.tester)
            try await ReportSeed(runState: "done").put(into: server)
            let newest = try await server.addRun(client: "acme")
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            for text in ["dental", "ACME", "%C3%96st+%26", "+Dental+", "S%C3%96HNE", "%C3%B6st"] {
                let page = try await ana.get("/clients/?text=\(text)").text
                #expect(page.contains("/clients/acme/") && !page.contains("/clients/client-000/"), "\(text)")
                #expect(page.contains("<a href=\"/runs/\(newest.id)/\"><time datetime="), "\(text)")
                #expect(try await ana.get("/clients.csv?text=\(text)").text.split(separator: "\r\n").count == 2)
            }
            let first = try await ana.get("/clients/?text=client-").text
            let next = try #require(first.firstMatch(of: /rel="next" href="([^"]+)"/)).1
                .replacingOccurrences(of: "&amp;", with: "&")
            let second = try await ana.get(next).text
            #expect(next.contains("text=client-") && second.contains("/clients/client-106/"))
            #expect(!second.contains("/clients/acme/") && second.contains("value=\"client-\""))
            #expect(try await ana.get("/clients/?text=100%25").text.contains("No clients match."))
            let archived = try await ana.get("/clients/?text=100%25&view=archived").text
            #expect(archived.contains("<a href=\"/clients/?view=archived\">Clear filters</a>"))
            let narrow = try await Browser.signedIn(server, "nina", .viewer, clients: ["client-001"])
            #expect(try await narrow.get("/clients/?text=dental").text.contains("No clients match."))
        }
    }

    @Test("A wrong fact is refused with what was meant, and nothing is kept")
    func wrong() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            let admin = try await Browser.signedIn(server, "boss", .admin)
            let answer = try await admin.post("/clients/acme/facts", "tab=sources&fact.website_url=acme.example")
            #expect(answer.status == 422 && answer.text.contains("https://acme.example"))
            #expect(try await server.house.clients.find("acme")?.fields["website_url"] == nil)
        }
    }

    @Test("What somebody verified counts until it changes")
    func verifying() async throws {
        try await Served.run { server in
            try await server.openClient("acme", ["business_phone": "614 555 0100"])
            let admin = try await Browser.signedIn(server, "boss", .admin)
            #expect(try await admin.post("/clients/acme/verified", "field=business_phone").status == 303)
            let context = try await admin.get("/clients/acme/context/").text
            #expect(context.contains(/boss, <time datetime="[^"]+Z" title="[^"]+">just now<\/time>/))
            #expect(try await admin.post("/clients/acme/verified", "field=opening_hours").status == 422)
            _ = try await admin.post("/clients/acme/facts", "fact.business_phone=614+555+0199")
            #expect(try await admin.get("/clients/acme/context/").text.contains("Changed since boss verified it"))
        }
    }

    @Test("Staff are given duties, only those who may see the client")
    func staff() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            _ = try await Browser.signedIn(server, "ana", .consultant, clients: ["plunkett"])
            let admin = try await Browser.signedIn(server, "boss", .admin)
            #expect(try await admin.post("/clients/acme/staff", "name=ana&duty=owner").status == 422)
            #expect(try await admin.post("/clients/plunkett/staff", "name=ana&duty=owner").status == 303)
            #expect(try await admin.get("/clients/").text.contains("ana"))
            #expect(try await admin.post("/clients/plunkett/staff", "name=ana&duty=king").status == 400)
            #expect(try await admin.post("/clients/plunkett/staff", "name=ana&duty=none").status == 303)
            #expect(try await server.house.clients.profile("plunkett")?.staff.isEmpty == true)
        }
    }

    private static let unusable: [(String, Int, String)] = [
        ("contact=new&do=save&name=", 422, "A contact has a name"),
        ("contact=new&do=save&name=Ben&email=nowhere", 422, "an e-mail address"),
        ("contact=new&do=save&name=Ben&slack=two+words", 422, "a person or group"),
        ("contact=7&do=save&name=Ben", 400, "no such contact"), ("contact=0&name=Ben", 400, "nothing to do with it"),
        ("contact=new&do=remove", 400, "no such contact"),
    ]

    @Test("Contacts are added, changed and removed one by one, with before and after, and never over somebody's change")
    func contacts() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            let admin = try await Browser.signedIn(server, "boss", .admin), place = "/clients/acme/users/"
            func version() async throws -> String { try Self.version(try await admin.get(place).text) }
            func send(_ form: String) async throws -> VendorResponse {
                try await admin.post("/clients/acme/contacts", "version=\(try await version())&\(form)")
            }
            let first = try await version()
            let added = try await send("contact=new&do=save&name=+Ana+%3Cb%3E+&email=ana%40acme.example&slack=%40ana")
            #expect(added.status == 303 && added.headers["location"] == place)
            #expect(try await send("contact=new&do=save&name=Ben").status == 303)
            let page = try await admin.get(place).text
            #expect(page.contains("Ana &lt;b&gt;") && page.contains("value=\"ana@acme.example\""))
            #expect(try await send("contact=1&do=save&name=Benjamin&email=&slack=U0123ABCD").status == 303)
            let kept = try await server.house.clients.find("acme")?.contacts
            #expect(
                kept == [
                    .init(name: "Ana <b>", email: "ana@acme.example", slack: "@ana"),
                    .init(name: "Benjamin", slack: "U0123ABCD"),
                ])
            for (form, status, words) in Self.unusable {
                let answer = try await send(form)
                #expect(answer.status == status && answer.text.contains(words), "\(form): \(answer.status)")
            }
            let late = try await admin.post("/clients/acme/contacts", "version=\(first)&contact=0&do=remove")
            #expect(late.status == 409, "somebody else's change is not written over")
            #expect(try await send("contact=0&do=remove").status == 303)
            #expect(try await server.house.clients.find("acme")?.contacts.map(\.name) == ["Benjamin"])
            let entry = try #require(try await server.house.clients.activity("acme").first)
            #expect(entry.action == "client changed" && entry.actor.name == "boss")
            #expect(entry.before?.contains("Ana <b>") == true && entry.after?.contains("Ana") == false)
            let erin = try await Browser.signedIn(server, "erin", .engineer)
            #expect(try await erin.post("/clients/acme/contacts", "contact=0&do=remove").status == 403)
            let seen = try await erin.get(place).text
            #expect(seen.contains("Benjamin") && !seen.contains("/clients/acme/contacts"))
        }
    }

    @Test("What was changed about a client is told to programs too, page by page, without anybody's address")
    func activityData() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            for number in 1...ClientTabs.activityRows {
                try await server.house.clients.archive("acme", number % 2 == 1, reason: nil, by: Browser.tester)
            }
            let ana = try await Browser.signedIn(server, "ana", .viewer, clients: ["acme"])
            let place = "/clients/acme/activity.json"
            #expect(try await ana.get("/clients/acme/activity/").text.contains("href=\"\(place)\""))
            let first = try BureauDomain.JSONValue.parse(try await ana.get(place).body)
            let next = try #require(first["next"]?.string)
            let second = try BureauDomain.JSONValue.parse(try await ana.get("\(place)?cursor=\(next)").body)
            let (some, rest) = (first["items"]?.array ?? [], second["items"]?.array ?? [])
            #expect(some.count == ClientTabs.activityRows && rest.count == 1 && second["next"] == .null)
            #expect(Set((some + rest).compactMap { $0["id"]?.string }).count == some.count + 1)
            #expect(some.allSatisfy { $0["actor"]?.string == "test" && $0["remote_address"] == nil })
            #expect(try await ana.get("/clients/plunkett/activity.json").status == 404)
        }
    }

    @Test("Archiving a client asks first, with what stops; then it is ready for nobody, and comes back")
    func archiving() async throws {
        try await ScheduleAPITests.run { server in
            let admin = try await Browser.signedIn(server, "boss", .admin)
            let idle = try await admin.get("/clients/plunkett/archive").text
            #expect(idle.contains("What stops (1)") && !idle.contains("schedule, by hand"))
            // Of these days: a run's id says when it was accepted.
            try await ReportSeed(run: ULID.floor(milliseconds: server.house.clock.now())).put(into: server)
            let page = try await admin.get("/clients/acme/archive").text
            for words in [
                "What happens", "What it costs", "1 run that has begun", "Who sees it", "Taking it back", "Keep it",
                "What stops (2)", "daily at 06:00", "schedule, by hand", "name=\"reason\"",
            ] {
                #expect(page.contains(words), "\(words)")
            }
            #expect(!page.contains("daily at 23:00"), "it is switched off")
            #expect(try await server.house.clients.profile("acme")?.standing.isArchived == false)
            #expect(try await admin.post("/clients/acme/archive", "reason=Left+us").status == 303)
            #expect(try await admin.get("/clients/acme/").text.contains("no agent begins work for it"))
            #expect(try await !admin.get("/clients/").text.contains("/clients/acme/\""))
            #expect(try await admin.get("/clients/?view=archived").text.contains("/clients/acme/\""))
            #expect(try await !admin.get("/runs/new").text.contains("value=\"acme\""))
            #expect(try await admin.post("/clients/acme/restore").status == 303)
            #expect(try await admin.get("/clients/").text.contains("/clients/acme/\""))
            let actions = try await server.house.clients.activity("acme").map(\.action)
            #expect(actions.prefix(2) == ["client restored", "client archived"])
        }
    }

    @Test("A client somebody does not see is not there, on any tab; without the role nothing can be changed")
    func visibility() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let ana = try await Browser.signedIn(server, "ana", .engineer, clients: ["acme"])
            for tab in ["", "sources/", "context/", "users/", "activity/", "data.json"] {
                #expect(try await ana.get("/clients/plunkett/\(tab)").status == 404, "\(tab)")
                let own = try await ana.get("/clients/acme/\(tab)")
                #expect(own.status == 200 && !own.text.contains("action=\"/clients/"), "\(tab)")
            }
            for path in ["/clients/", "/clients.json"] {
                #expect(try await !ana.get(path).text.lowercased().contains("plunkett"), "\(path)")
            }
            #expect(try await ana.post("/clients/acme/facts", "fact.client_name=X").status == 403)
            #expect(try await server.house.clients.find("acme")?.name == "Acme")
        }
    }
}
