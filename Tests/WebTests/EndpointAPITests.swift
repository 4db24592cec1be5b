import BureauDomain
import BureauEngine
import Testing

@testable import BureauWeb

@Suite("Endpoints over the API")
struct EndpointAPITests {
    @Test("What was given up is told once more, to an endpoint that is enabled and seen")
    func again() async throws {
        try await Served.run { server in
            try await server.openClient("acme")
            let erin = try await Program.of(server, "erin", .engineer)
            let made = try await erin.send(
                .post, "/api/v1/endpoints", #"{"url": "https://tools.example.com/", "topics": ["runs"]}"#)
            let id = try #require(made.document["id"]?.string), path = "/api/v1/endpoints/\(id)"
            let test = try await erin.send(.post, path + "/test")
            let event = try #require(test.document["id"]?.string, "\(test.text)")
            let again = path + "/announcements/\(event)/again"
            let waits = try await erin.send(.post, again)
            #expect(waits.status == 200 && waits.document["ok"]?.bool == false, "it waits already: \(waits.text)")
            #expect(try await erin.send(.post, path + "/disable").status == 200)
            #expect(try await erin.send(.post, again).status == 422, "nothing is sent to a disabled one")
            #expect(try await erin.send(.post, path + "/enable").status == 200)
            let told = try await erin.send(.post, again)
            #expect(told.document["ok"]?.bool == true && told.document["id"]?.string == event, "\(told.text)")
            #expect(try await erin.send(.post, path + "/announcements/nothing/again").status == 404)
            let ana = try await Program.of(server, "ana", .engineer, clients: ["acme"])
            #expect(try await ana.send(.post, again).status == 404)
        }
    }
}
