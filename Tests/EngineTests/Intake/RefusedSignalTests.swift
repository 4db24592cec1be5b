import BureauDomain
import BureauStorage
import Foundation
import Testing

@testable import BureauEngine

@Suite("Requests that were refused")
struct RefusedSignalTests {
    @Test("Only the newest are kept, however many strangers send, and believed signals stay")
    func trimmed() async throws {
        let bench = try await Bench()
        try await bench.database.write { db in
            let signals = SignalStore(db: db)
            for number in 0..<20 {
                let isOurs = number % 5 == 0
                try signals.insert(
                    Self.signal(number), verdict: isOurs ? .ignored(because: "x") : .refused(because: "no signature"),
                    now: Int64(number))
            }
            try signals.trimRefused(keep: 3, ofEmpty: 3)
        }
        let kept = try await SignalDesk(database: bench.database).list()
        #expect(kept.filter { $0.verdict == "ignored" }.count == 4)
        #expect(kept.filter { $0.verdict == "refused" }.map(\.receivedAt) == [19, 18, 17])
    }

    @Test("A flood of requests without a body does not push out the webhook that was refused before it")
    func flood() async throws {
        let bench = try await Bench()
        try await bench.database.write { db in
            let signals = SignalStore(db: db)
            for number in 0..<20 {
                try signals.insert(
                    Self.signal(number, body: number < 2 ? "{}" : ""), verdict: .refused(because: "x"),
                    now: Int64(number))
            }
            try signals.trimRefused(keep: 5, ofEmpty: 2)
        }
        let kept = try await SignalDesk(database: bench.database).list()
        #expect(kept.map(\.receivedAt) == [19, 18, 1, 0])
    }

    private static func signal(_ number: Int, body: String = "") -> NewSignal {
        NewSignal(
            id: ULID.make(milliseconds: Int64(number), randomness: (0, 0)), agent: "sentinel", remoteAddress: "::1",
            body: Data(body.utf8), bodyBytes: body.utf8.count, bodyHash: "")
    }
}
