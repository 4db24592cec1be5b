import BureauDomain
import Foundation
import Testing

@Suite("The client that does not exist")
struct SyntheticClientTests {
    @Test("It is the fixture's, and has a value for every field an agent may ask for")
    func payload() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../fixtures/synthetic-client.json")
        var fixture = try #require(try JSONValue.parse(Array(Data(contentsOf: file))).object)
        fixture["_about"] = nil
        #expect(JSONValue.object(SyntheticClient.payload(requiring: [])) == .object(fixture))
        let more = SyntheticClient.payload(requiring: ["client_name", "tone_of_voice"])
        #expect(more["client_name"] == .string(SyntheticClient.name))
        #expect(more["tone_of_voice"] == .string("a test value of tone_of_voice"))
    }
}
