import BureauDomain
import Testing

@Suite("Schedules in an agent's config")
struct ScheduleReaderTests {
    @Test("A list of schedules is read, and the gaps are filled with what is declared")
    func list() throws {
        let bytes = try RepositoryFile.bytes("Tests/DomainTests/Fixtures/agents/good/schedules.json")
        let result = AgentConfig.load(bytes, fileName: "sentinel.json", environment: nil)
        let schedules = try #require(result.config?.triggers.schedules, "\(result.problems)")
        #expect(
            schedules.map(\.name) == [
                "0-6-1-any-any", "weekly-on-monday-at-08-30", "often", "weekdays-at-09-00",
            ])
        #expect(schedules.map(\.zone) == [.agency, .client, .named("UTC"), .named("America/Argentina/Buenos_Aires")])
        #expect(schedules.map(\.missed) == [.runLast, .skip, .runAll, .runLast])
        #expect(schedules[0].clients == .listed(["shamrock-detailing-columbus", "harbor-dental"]))
        #expect(schedules[1].clients == .allReady)
        #expect(schedules[3].clients == .listed(["2nd-client"]))
    }

    @Test("The PRD's switched-off trigger is no schedule")
    func off() throws {
        let bytes = try RepositoryFile.bytes("agents/sentinel.json")
        let config = AgentConfig.load(bytes, fileName: "sentinel.json", environment: nil).config
        #expect(config?.triggers.schedules == [])
    }

    @Test(
        "A client's time zone must be one",
        arguments: [("Europe/Berlin", true), ("", true), ("Europe/Berlim", false), ("EST", false)])
    func clientZone(zone: String, isFine: Bool) {
        let text = #"{"slug": "a", "name": "A", "fields": {"time_zone": "\#(zone)"}}"#
        #expect((ClientRecord.load(Array(text.utf8), fileName: "a.json").client != nil) == isFine)
    }
}
