import Testing

@testable import BureauWeb

@Suite("The stream that doctor asks for")
struct StreamProbeTests {
    @Test("Two events come through the shipped proxy uncompressed, to whoever asks, and then the stream ends")
    func shipped() async throws {
        try await Served.run { server in
            try await Proxy.run(before: server.port) { proxy in
                var reader = LiveReader(
                    port: proxy.port, path: StreamProbe.path, headers: ["Accept-Encoding": "gzip, zstd"])
                for number in 1...StreamProbe.events {
                    let event = try #require(await reader.next())
                    #expect(event.contains("id: \(number)\n") && event.utf8.count > StreamProbe.eventBytes)
                }
                #expect(reader.head.hasPrefix("http/1.1 200") && !reader.head.contains("content-encoding"))
            }
        }
    }

    @Test("What everybody may ask is answered so often a minute and no oftener")
    func bounded() {
        let count = MinuteCount()
        #expect((0..<5).map { _ in count.enter(max: 3, now: 60_000) } == [true, true, true, false, false])
        #expect(count.enter(max: 3, now: 119_999) == false && count.enter(max: 3, now: 120_000))
    }
}
