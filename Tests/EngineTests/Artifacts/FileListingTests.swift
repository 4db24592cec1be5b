import Testing

@testable import BureauEngine

@Suite("Waiting for a session's files")
struct FileListingTests {
    @Test("A file that never comes is asked for soon at first, then seldom, and not beyond its time")
    func quiet() async throws {
        try await withStandIns { here in
            let clock = VirtualClock(), session = try await here.session("sentinel")
            _ = try await FileListing(
                anthropic: here.anthropic, session: session, doors: clock.doors, expected: ["never.md"]
            ).settled(within: .seconds(120))
            let pauses = clock.slept
            #expect(pauses.prefix(7).allSatisfy { $0 == FileListing.lookEveryMilliseconds }, "\(pauses)")
            #expect(pauses.allSatisfy { $0 <= FileListing.lookEveryMillisecondsMax }, "\(pauses)")
            // A look each 0.7 s would be 171 of the 1,200 reads a minute that all runs share.
            #expect(pauses.count < 45, "\(pauses)")
            #expect((120_000...120_700).contains(pauses.reduce(0, +)), "\(pauses)")
        }
    }
}
