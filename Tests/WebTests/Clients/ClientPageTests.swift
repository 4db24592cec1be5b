import BureauDomain
import BureauEngine
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
            #expect(try await admin.get("/clients/acme/context/").text.contains("boss, just now"))
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

    @Test("An archived client asks first, is ready for nobody, and comes back")
    func archiving() async throws {
        try await Served.run(hasAgents: true) { server in
            try await server.openClient("acme")
            let admin = try await Browser.signedIn(server, "boss", .admin)
            #expect(try await admin.get("/clients/acme/archive").text.contains("Keep it"))
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
