import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("Clients looked after over the API")
struct ClientCareAPITests {
    @Test("A client is added, put away and taken back, and a second of its name is refused")
    func archive() async throws {
        try await Served.run { server in
            let boss = try await Program.of(server, "boss", .admin), body = #"{"slug": "acme", "name": "Acme"}"#
            #expect(try await boss.send(.post, "/api/v1/clients", body).status == 201)
            #expect(try await boss.send(.post, "/api/v1/clients", body).status == 422)
            let path = "/api/v1/clients/acme"
            let tag = try #require(try await boss.send(.get, path + "/standing").headers["etag"])
            let away = try await boss.send(.post, path + "/archive", #"{"reason": "Ended"}"#, ["If-Match": tag])
            #expect(away.status == 200 && away.document["archived"]?.bool == true, "\(away.text)")
            #expect(away.document["archived_by"]?.string == "boss")
            #expect(try await boss.send(.post, path + "/restore", "{}", ["If-Match": tag]).status == 412)
            let back = try await boss.send(.post, path + "/restore")
            #expect(back.document["archived"]?.bool == false && back.document["archived_at"] == .null)
            let noted = try await server.house.audit.list(subject: "client acme").map(\.action)
            #expect(noted == ["client restored", "client archived", "client created"])
        }
    }

    @Test(
        "Contacts are put in the place of those that are there, as the record wants them, by those who see the client")
    func contacts() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            let boss = try await Program.of(server, "boss", .admin), path = "/api/v1/clients/acme"
            let tag = try #require(try await boss.send(.get, path).headers["etag"])
            let ana = #"{"contacts": [{"name": "Ana", "email": "ana@acme.example"}]}"#
            let put = try await boss.send(.put, path + "/contacts", ana, ["If-Match": tag])
            #expect(put.status == 200, "\(put.text)")
            #expect(put.document["contacts"]?.array?.first?["email"]?.string == "ana@acme.example")
            #expect(try await boss.send(.put, path + "/contacts", ana, ["If-Match": tag]).status == 412)
            let many = Array(repeating: #"{"name": "Ben"}"#, count: 51).joined(separator: ", ")
            for (body, status) in [
                (#"{"contacts": [\#(many)]}"#, 400), (#"{"contacts": [{"email": "a@b.example"}]}"#, 400),
                (#"{"contacts": [{"name": "Ben", "email": "nowhere"}]}"#, 422), ("{}", 400),
            ] {
                #expect(try await boss.send(.put, path + "/contacts", body).status == status, "\(body.prefix(80))")
            }
            #expect(try await server.house.clients.find("acme")?.contacts.map(\.name) == ["Ana"])
            let nina = try await Program.of(server, "nina", .admin, clients: ["acme"])
            #expect(try await nina.send(.put, "/api/v1/clients/plunkett/contacts", ana).status == 404)
            #expect(try await boss.send(.put, path + "/contacts", #"{"contacts": []}"#).status == 200)
            #expect(try await server.house.clients.find("acme")?.contacts.isEmpty == true)
        }
    }

    @Test("What was verified counts until it changes")
    func verify() async throws {
        try await Served.run { server in
            try await server.openClient("acme", ["business_phone": "614 555 0100"])
            let boss = try await Program.of(server, "boss", .admin), path = "/api/v1/clients/acme"
            let done = try await boss.send(.post, path + "/verify", #"{"field": "business_phone"}"#)
            let first = done.document["verified"]?.array?.first
            #expect(done.status == 200 && first?["by"]?.string == "boss" && first?["holds"]?.bool == true)
            #expect(try await boss.send(.post, path + "/verify", #"{"field": "opening_hours"}"#).status == 422)
            _ = try await boss.send(.patch, path, #"{"fields": {"business_phone": "614 555 0199"}}"#)
            let later = try await boss.json(path + "/standing")["verified"]?.array?.first
            #expect(later?["holds"]?.bool == false)
        }
    }

    @Test("Staff are given duties, only those who may see the client, by those who see it too")
    func staff() async throws {
        try await Served.run { server in
            for slug in ["acme", "plunkett"] { try await server.openClient(slug) }
            _ = try await Browser.signedIn(server, "ana", .consultant, clients: ["plunkett"])
            let boss = try await Program.of(server, "boss", .admin)
            let owner = #"{"name": "ana", "duty": "owner"}"#, path = "/api/v1/clients/plunkett/staff"
            #expect(try await boss.send(.post, "/api/v1/clients/acme/staff", owner).status == 422)
            let given = try await boss.send(.post, path, owner)
            #expect(given.document["staff"]?.array?.first?["duty"]?.string == "owner", "\(given.text)")
            #expect(try await boss.send(.post, path, #"{"name": "ana", "duty": "king"}"#).status == 400)
            let nina = try await Program.of(server, "nina", .admin, clients: ["acme"])
            #expect(try await nina.send(.post, path, owner).status == 404)
            #expect(try await nina.send(.get, "/api/v1/clients/plunkett/standing").status == 404)
            let taken = try await boss.send(.post, path, #"{"name": "ana", "duty": null}"#)
            #expect(taken.status == 200 && taken.document["staff"]?.array?.isEmpty == true)
        }
    }
}
