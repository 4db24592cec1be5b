import BureauVendors
import ProductHarness
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

    @Test("Beside files of an earlier round, which have the expected names, the list must have stood for some seconds")
    func laterRound() async throws {
        try await withStandIns { here in
            let clock = VirtualClock(), session = try await here.session("sentinel")
            func wait(known: Set<String>, expected: [String]) async throws -> [SessionFile] {
                try await FileListing(
                    anthropic: here.anthropic, session: session, doors: clock.doors, expected: expected, known: known
                ).settled(within: .seconds(120))
            }
            // The sandbox takes real time for them.
            let files = try await eventually("its files are listed") {
                let files = try await here.anthropic.files(of: session, cursor: nil).files
                return files.count == 2 ? files : nil
            }
            let before = clock.slept.count
            let later = try await wait(known: [files[0].id], expected: [])
            #expect(Set(later.map(\.id)) == Set(files.map(\.id)))
            #expect(clock.slept.dropFirst(before).reduce(0, +) >= FileListing.soonMilliseconds, "\(clock.slept)")
        }
    }
}
