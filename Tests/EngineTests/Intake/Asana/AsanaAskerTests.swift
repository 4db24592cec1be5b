import BureauDomain
import Foundation
import Testing

@testable import BureauEngine

@Suite("Who asked for a run of Asana")
struct AsanaAskerTests {
    /// What happened, and who is held to have asked.
    static let cases: [(events: [(AsanaProject.Happening, by: String, at: Int64)], asked: String)] = [
        ([(.assigned, "11", 500)], "asana user 11"),
        ([(.assigned, "11", 500), (.renamed, "12", 600)], "asana user 11"),
        ([(.assigned, "11", 500), (.moved, "12", 600)], "asana user 12"),
        ([(.moved, "12", 400), (.assigned, "11", 500)], "asana user 11"),
        ([(.assigned, "11", 500), (.moved, "12", 500)], "asana"),
        ([(.renamed, "12", 500)], "asana"),
    ]

    @Test(
        "Whoever brought the task asked; an edit, or two people at one moment, names nobody",
        arguments: cases.indices, [true, false])
    func asked(row: Int, isOneBody: Bool) async throws {
        let house = try await AsanaHouse(), hook = try await house.register()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        let events = Self.cases[row].events.map { AsanaProject.event($0.0, "500", by: $0.by, at: $0.at) }
        for body in isOneBody ? [events] : events.map({ [$0] }) { #expect(await house.send(body, hook) == .ok) }
        try await house.look()
        #expect(try await house.runs().map(\.requestedBy) == [Self.cases[row].asked])
    }

    @Test("What the sweep found nobody asked for, and people are told why nobody may decide")
    func swept() async throws {
        let house = try await AsanaHouse()
        house.asana.state.withLock { $0.tasks["500"] = AsanaProject.Task() }
        try await house.sweep()
        let run = try #require(try await house.runs().first)
        #expect(Requester(run.requestedBy).kind == .unknown)
        let words = SlackFrontDesk.words(.refused(.requesterUnknown(run.requestedBy)), .utc)
        #expect(words?.contains("it began by the sweep of Asana, which names no person") == true, "\(words ?? "")")
    }
}
