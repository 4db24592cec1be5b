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

    @Test("What everybody may ask is answered so often a minute and no oftener, and one shuts out nobody else")
    func bounded() {
        let count = MinuteCount(), one = "203.0.113.1", other = "203.0.113.2"
        #expect((0..<5).map { _ in count.enter(one, max: 3, now: 60_000) } == [true, true, true, false, false])
        #expect(count.enter(other, max: 3, now: 60_000))
        #expect(count.enter(one, max: 3, now: 119_999) == false && count.enter(one, max: 3, now: 120_000))
    }

    @Test("No more addresses are kept than there is room for, until the next minute")
    func addresses() {
        let count = MinuteCount()
        let all = (0...MinuteCount.addressesMax).map { count.enter("address \($0)", max: 3, now: 60_000) }
        #expect(all.count { $0 } == MinuteCount.addressesMax && all.last == false)
        #expect(count.enter("address 0", max: 3, now: 60_000) && count.enter("one more", max: 3, now: 120_000))
    }
}
