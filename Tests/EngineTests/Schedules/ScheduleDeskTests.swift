import BureauDomain
import Testing

@testable import BureauEngine

@Suite("What people ask of schedules")
struct ScheduleDeskTests {
    static let cron = ScheduleHouse.schedule(#""when": "daily at 09:00", "zone": "client", "clients": "all_ready""#)

    @Test("A pause holds over restarts, and what was due meanwhile is not made up for")
    func pause() async throws {
        let cron = ScheduleHouse.schedule(#""when": "hourly", "clients": "acme""#)
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: cron)
        try await house.add("acme")
        let paused = try await house.desk.pause(agent: "auditor", name: nil, by: "ana")
        #expect(paused.map(\.isPaused) == [true])
        #expect(paused.first?.nextAt == nil)
        try house.clock.set("2026-11-21T09:30Z")
        let restarted = try await house.again()
        try await restarted.service.look()
        let resumed = try await restarted.desk.resume(agent: "auditor", name: "hourly")
        #expect(resumed.first?.nextAt == (try StandingClock.read("2026-11-21T10:00Z")))
        try await restarted.service.look()
        #expect(try await restarted.runCount() == 0)
        try house.clock.set("2026-11-21T10:00Z")
        try await restarted.service.look()
        #expect(try await restarted.slots() == ["acme 2026-11-21T10:00:00Z"])
        let last = try await restarted.desk.list().first?.last
        #expect(last?.verdict == .run)
    }

    @Test("A schedule run by hand starts every client now and leaves its next time alone")
    func byHand() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.cron)
        try await house.add("acme")
        try await house.add("borealis")
        let runs = try await house.desk.run(agent: "auditor", name: nil, by: "cli ana")
        #expect(runs.map(\.clientSlug) == ["acme", "borealis"])
        #expect(runs.allSatisfy { $0.triggerSource == "cli" && $0.requestedBy.hasPrefix("cli ana") })
        let record = try #require(try await house.desk.list(agent: "auditor").first)
        #expect(record.nextAt == (try StandingClock.read("2026-11-21T09:00Z")))
        #expect(record.last?.verdict == .byHand)
    }

    @Test("The preview has five times for each zone its clients are in")
    func preview() async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.cron)
        try await house.add("acme", zone: "Europe/Berlin")
        try await house.add("borealis", zone: "America/New_York")
        let previews = try await house.desk.preview(agent: "auditor", name: nil)
        #expect(previews.map(\.zone.name) == ["America/New_York", "Europe/Berlin"])
        #expect(previews.map(\.clients) == [["borealis"], ["acme"]])
        #expect(previews.allSatisfy { $0.times.count == ScheduleDesk.previewTimes })
        #expect(previews.last?.times.first == (try StandingClock.read("2026-11-21T08:00Z")))
    }

    @Test("The next time is by the clocks of the clients a schedule names, wherever the others are")
    func nextOfNamed() async throws {
        let cron = ScheduleHouse.schedule(#""when": "daily at 09:00", "zone": "client", "clients": "borealis""#)
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: cron)
        try await house.add("acme", zone: "Europe/Berlin")
        try await house.add("borealis", zone: "America/New_York")
        let record = try #require(try await house.desk.list(agent: "auditor").first)
        #expect(record.nextAt == (try StandingClock.read("2026-11-21T14:00Z")))
    }

    static let refusals: [(String, String?, String)] = [
        ("nobody", nil, "there is no agent named \"nobody\"; the agents are: auditor"),
        ("auditor", "monthly", "auditor has no schedule \"monthly\"; it has: daily-at-09-00"),
        ("auditor", nil, "no client has all fields that auditor requires"),
    ]

    @Test("What cannot be done says why", arguments: refusals)
    func refused(agent: String, name: String?, says: String) async throws {
        let house = try await ScheduleHouse("2026-11-21T07:59Z", cron: Self.cron)
        let refused = await #expect(throws: RunDesk.Refused.self) {
            try await house.desk.run(agent: agent, name: name, by: "cli ana")
        }
        #expect(refused?.description == says)
    }
}
