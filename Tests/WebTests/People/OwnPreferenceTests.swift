import BureauDomain
import BureauEngine
import BureauStorage
import Foundation
import Testing

@testable import BureauWeb

@Suite("What people set for themselves")
struct OwnPreferenceTests {
    private static let run = "01KARVN0000000000000000001"

    private static let zones: [(String, status: Int, shown: String)] = [
        ("Australia/Brisbane", 303, "21 Nov 2025, 22:00"), ("America/New_York", 303, "21 Nov 2025, 07:00"),
        ("", 303, "21 Nov 2025, 12:00"), ("Europe/Berln", 422, "21 Nov 2025, 12:00"),
        ("<b>", 422, "21 Nov 2025, 12:00"),
    ]

    @Test("Every time on the pages of somebody is told in the zone they chose, and in nobody else's", arguments: zones)
    func zone(zone: String, status: Int, shown: String) async throws {
        try await Served.run { server in
            try await ReportSeed(runState: "done").put(into: server)
            let noon: Int64 = 1_763_726_400_000
            _ = try await server.database.write {
                try $0.execute("UPDATE run SET accepted_at = ? WHERE id = ?", [noon, Self.run])
            }
            let (ana, ben) = (
                try await Browser.signedIn(server, "ana", .viewer), try await Browser.signedIn(server, "ben", .viewer)
            )
            #expect(try await ana.post("/settings/zone", "zone=\(WebRequest.escaped(zone))").status == status)
            for path in ["/runs/", "/runs/\(Self.run)/"] {
                #expect(try await ana.get(path).text.contains(shown), "\(path)")
                #expect(try await ben.get(path).text.contains("21 Nov 2025, 12:00"), "\(path)")
            }
            let name = status == 303 && !zone.isEmpty ? zone : "UTC"
            #expect(try await ana.get("/nowhere/").text.contains("Times in \(name)"))
            #expect(try await ana.get("/settings/").text.contains("Times in \(name)"))
        }
    }

    @Test("The first page is what somebody chose; Today stays reachable, and a view that is deleted leaves Today")
    func firstPage() async throws {
        try await Served.run { server in
            let ana = try await Browser.signedIn(server, "ana", .viewer)
            #expect(try await ana.get("/").text.contains("<h1>Today"))
            #expect(try await ana.post("/settings/start", "start=inbox").status == 303)
            #expect(try await ana.get("/").headers["location"] == "/inbox/")
            let today = try await ana.get("/today/")
            #expect(today.status == 200 && today.text.contains("<h1>Today") && today.text.contains("href=\"/today/\""))
            #expect(try await ana.post("/settings/start", "start=https%3A%2F%2Fevil.test").status == 422)
            _ = try await ana.post("/settings/views", "page=runs&name=Acme&query=client%3Dacme")
            let view = try #require(try await server.house.views.list(of: ana.person.id).first)
            #expect(try await ana.post("/settings/start", "start=\(view.id)").status == 303)
            #expect(try await ana.get("/").headers["location"] == "/runs/?client=acme")
            let ben = try await Browser.signedIn(server, "ben", .viewer)
            #expect(try await ben.post("/settings/start", "start=\(view.id)").status == 422, "another's view")
            _ = try await ana.post("/settings/views/\(view.id)/delete")
            #expect(try await ana.get("/").text.contains("<h1>Today"))
        }
    }

    @Test("A view keeps the filters its list knows, is its owner's alone, and may be renamed and deleted")
    func views() async throws {
        try await Served.run { server in
            let (ana, ben) = (
                try await Browser.signedIn(server, "ana", .viewer), try await Browser.signedIn(server, "ben", .viewer)
            )
            #expect(try await !ana.get("/runs/").text.contains("Save view"), "nothing narrows it")
            let offered = try await ana.get("/runs/?status=failed&text=M%C3%BCller&before=01KA&x=1").text
            #expect(offered.contains("value=\"status=failed&amp;text=M%C3%BCller\""))
            let saved = try await ana.post(
                "/settings/views",
                "page=runs&name=Failed+%3Cb%3E&query=text%3DM%25C3%25BCller%26status%3Dfailed%26evil%3D1")
            #expect(saved.headers["location"] == "/runs/?status=failed&text=M%C3%BCller")
            let page = try await ana.get("/runs/?text=M%C3%BCller&status=failed").text
            #expect(page.contains("Failed &lt;b&gt;") && page.contains("aria-label=\"Saved views\""))
            #expect(!page.contains("Save view"), "it is saved already")
            #expect(try await !ben.get("/runs/?status=failed").text.contains("Saved views"))
            let view = try #require(try await server.house.views.list(of: ana.person.id).first)
            for path in ["", "rename", "delete"] {
                let answer =
                    path.isEmpty
                    ? try await ben.get("/settings/views/\(view.id)/")
                    : try await ben.post("/settings/views/\(view.id)/\(path)", "name=Mine")
                #expect(answer.status == 404, "\(path)")
            }
            #expect(try await ana.get("/settings/views/\(view.id)/").text.contains("Müller"))
            #expect(try await ana.post("/settings/views/\(view.id)/rename", "name=Broken").status == 303)
            #expect(try await ana.get("/settings/").text.contains(">Broken<"))
            for (form, status) in [("name=", 422), ("name=\(String(repeating: "x", count: 61))", 422)] {
                #expect(try await ana.post("/settings/views/\(view.id)/rename", form).status == status)
            }
            #expect(try await ana.post("/settings/views", "page=costs&name=X&query=a%3Db").status == 400)
            #expect(try await ana.post("/settings/views", "page=inbox&name=X&query=evil%3D1").status == 422)
            _ = try await ana.post("/settings/views/\(view.id)/delete")
            #expect(try await server.house.views.list(of: ana.person.id).isEmpty)
        }
    }

    @Test("A person has so many views and no more; one of the same name takes the place of the former")
    func viewsBound() async throws {
        try await Served.run { server in
            let ana = try await Browser.signedIn(server, "ana", .viewer), desk = server.house.views
            for number in 1...SavedViewDesk.viewsPerPersonMax {
                try await desk.save("View \(number)", .runs, query: "text=a", of: ana.person.id)
            }
            await #expect(throws: PeopleDesk.Refused.self) {
                try await desk.save("One more", .runs, query: "text=a", of: ana.person.id)
            }
            try await desk.save("View 1", .runs, query: "text=b", of: ana.person.id)
            let views = try await desk.list(of: ana.person.id)
            #expect(views.count == SavedViewDesk.viewsPerPersonMax && views.filter { $0.query == "text=b" }.count == 1)
        }
    }

    @Test("Messages of somebody's own are chosen by kind and reach; the Slack user is entered by admins alone")
    func notices() async throws {
        try await Served.run { server in
            let (boss, ana) = (
                try await Browser.signedIn(server, "boss", .admin), try await Browser.signedIn(server, "ana", .viewer)
            )
            #expect(try await ana.get("/settings/").text.contains("Your Slack user is not known here"))
            #expect(try await ana.post("/settings/notices", "review=mine&failure=all&budget=none").status == 303)
            #expect(try await server.house.people.notices(ana.person.id) == [.review: .mine, .failure: .all])
            #expect(try await ana.post("/users/ana/slack", "slack_id=U0123ABCD").status == 403)
            #expect(try await boss.post("/users/ana/slack", "slack_id=general").status == 422)
            #expect(try await boss.post("/users/ana/slack", "slack_id=+U0123ABCD+").status == 303)
            #expect(try await server.house.people.find("ana").slackID == "U0123ABCD")
            #expect(try await !ana.get("/settings/").text.contains("Your Slack user is not known here"))
            #expect(try await server.house.audit.list(subject: "user ana").first?.action == "Slack id changed")
            #expect(try await ana.post("/settings/notices", "").status == 303)
            #expect(try await server.house.people.notices(ana.person.id).isEmpty)
        }
    }
}
