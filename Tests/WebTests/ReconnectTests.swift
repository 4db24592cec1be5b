import BureauDomain
import BureauEngine
import Foundation
import Testing

@testable import BureauWeb

@Suite("A reader who is cut off again and again", .serialized)
struct ReconnectTests {
    /// `make soak` has no need of more: a thousand take less than a minute.
    private static let drops = 1_000, dropsBehindProxy = 150
    private static let run = "01KARVN0000000000000000001"

    /// What a run brings forth, in both of the places that its timeline is made of.
    private struct Speaker {
        let server: Served
        let log: FileHandle
        private(set) var said = 0, noted = 0
        var newest = ""

        init(_ server: Served) throws {
            self.server = server
            let file = server.house.settings.sessionLogFolder.appending(path: "sesn_\(run).jsonl")
            try Data().write(to: file)
            log = try FileHandle(forWritingTo: file)
        }

        mutating func say(_ number: Int) throws {
            for _ in 0..<number {
                said += 1
                newest = "zeta \(said)."
                let line =
                    #"{"id":"e\#(said)","type":"agent.message","content":[{"type":"text","text":"\#(newest)"}]}"# + "\n"
                try log.write(contentsOf: Data(line.utf8))
            }
        }

        mutating func note() async throws {
            noted += 1
            let (number, now) = (noted, server.house.doors.now())
            _ = try await server.database.write {
                try $0.execute(
                    "INSERT INTO run_event (run_id, seq, at, kind, detail) VALUES (?, ?, ?, 'note', ?)",
                    [run, number, now, "omega \(number)."])
            }
        }
    }

    @Test("Nothing is lost and nothing comes twice, wherever the connection breaks")
    func direct() async throws {
        try await Served.run { try await Self.check($0, port: $0.port, drops: Self.drops) }
    }

    @Test("Nor through the shipped proxy, which compresses")
    func proxied() async throws {
        try await Served.run { server in
            try await Proxy.run(before: server.port) { proxy in
                try await Self.check(server, port: proxy.port, drops: Self.dropsBehindProxy)
            }
        }
    }

    private static func check(_ server: Served, port: Int, drops: Int) async throws {
        try await ReportSeed(runState: "running").put(into: server)
        let browser = try await Browser.signedIn(server, "ana", .viewer)
        let seed = UInt64.random(in: 0...UInt64.max)
        var dice = Dice(seed: seed), reader = CutReader(port: port, run: run, browser), speaker = try Speaker(server)
        for drop in 0..<drops {
            if drop % 5 == 0 { try await speaker.note() }
            try speaker.say(Int.random(in: 1...2, using: &dice))
            try await reader.read(bytesMax: Int.random(in: 1...8_000, using: &dice), until: speaker.newest)
        }
        // The last one is let live until it has everything.
        for _ in 0..<200 where reader.events.last?.data.contains(speaker.newest) != true {
            try await reader.read(bytesMax: 8 << 20, until: speaker.newest)
        }
        let told = reader.events.map(\.data)
        func numbers(_ word: String) throws -> [Int] {
            let number = try Regex("\(word) ([0-9]+)\\.", as: (Substring, Substring).self)
            return told.compactMap { $0.firstMatch(of: number).flatMap { Int($0.1) } }
        }
        #expect(try numbers("zeta") == Array(1...speaker.said), "seed \(seed)")
        #expect(try numbers("omega") == Array(1...speaker.noted), "seed \(seed)")
        #expect(Set(reader.events.map(\.id)).count == reader.events.count, "seed \(seed)")
        #expect(speaker.said > drops)
    }
}

/// SplitMix64: the same numbers for the same seed.
private struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
