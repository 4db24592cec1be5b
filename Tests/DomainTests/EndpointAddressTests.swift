import BureauDomain
import Testing

@Suite("Where an endpoint may be")
struct EndpointAddressTests {
    private static let taken = [
        "https://tools.example.com/bureau", "https://tools.example.com:8443/a?b=c", "https://8.8.8.8/",
        "https://[2606:4700::1111]/", "HTTPS://TOOLS.example.com",
    ]
    private static let refused = [
        "http://tools.example.com/", "ftp://tools.example.com/", "tools.example.com", "https://", "https:///x",
        "https://localhost/", "https://a.localhost/", "https://intranet/", "https://127.0.0.1/", "https://127.1/",
        "https://2130706433/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://0.0.0.0/",
        "https://224.0.0.1/", "https://255.255.255.255/", "https://[::1]/", "https://[::]/", "https://[fe80::1]/",
        "https://[fc00::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[2002:7f00:1::]/",
        "https://[64:ff9b::7f00:1]/", "https://user@tools.example.com/", "https://tools.example.com@127.0.0.1/",
        "https://tools.example.com/#a", "https://tools.example.com\\@127.0.0.1/", "https://tools.example.com:0/",
        "https://tools.example.com:99999/", "https://tools.exa mple.com/", "https://tools.example.com\n/",
        "https://%31%32%37.0.0.1/", "https://tools.example.com/" + String(repeating: "a", count: 2_000),
    ]

    @Test("An address on the open internet with https is taken", arguments: taken)
    func open(url: String) { #expect(throws: Never.self) { try EndpointAddress(url, allowed: []) } }

    @Test("Every other is refused, however it is spelled", arguments: refused)
    func closed(url: String) { #expect(throws: EndpointAddress.Refused.self) { try EndpointAddress(url, allowed: []) } }

    @Test("An allowed block opens its own addresses, without https too, and no other")
    func allowed() throws {
        let allowed = [try #require(AddressRange("127.0.0.0/8"))]
        #expect(try EndpointAddress("http://127.0.0.1:8080/x", allowed: allowed).port == 8080)
        for url in ["http://10.0.0.1/", "https://10.0.0.1/", "http://tools.example.com/", "http://localhost/"] {
            #expect(throws: EndpointAddress.Refused.self) { try EndpointAddress(url, allowed: allowed) }
        }
    }

    @Test("A try comes later each time, by no more than its step and no less than half of it, and then no more")
    func schedule() {
        var (least, most): (Int64, Int64) = (0, 0)
        for tries in 1..<AnnouncementSchedule.triesMax {
            let (half, whole) = (
                AnnouncementSchedule.wait(tries: tries, jitter: 0) ?? 0,
                AnnouncementSchedule.wait(tries: tries, jitter: 9) ?? 0
            )
            #expect(half * 2 == whole && whole == AnnouncementSchedule.waitsSeconds[tries - 1] * 1_000)
            (least, most) = (least + half, most + whole)
        }
        #expect(AnnouncementSchedule.wait(tries: AnnouncementSchedule.triesMax, jitter: 1) == nil)
        #expect(AnnouncementSchedule.wait(tries: 0, jitter: 1) == nil)
        // However the dice fall, what is given up has been tried for as long as disables its endpoint.
        #expect(least >= AnnouncementSchedule.lastingFailureMilliseconds && most < 48 * 3_600_000)
    }
}
