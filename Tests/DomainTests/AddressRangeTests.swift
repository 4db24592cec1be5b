import BureauDomain
import Testing

@Suite("Address ranges and roles")
struct AddressRangeTests {
    private static let rows: [(String, String, Bool)] = [
        ("203.0.113.0/24", "203.0.113.255", true), ("203.0.113.0/24", "203.0.114.0", false),
        ("203.0.113.7", "203.0.113.7", true), ("203.0.113.7", "203.0.113.8", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("10.0.0.0/9", "10.127.0.1", true), ("10.0.0.0/9", "10.128.0.1", false),
        ("2001:db8::/32", "2001:db8:1::5", true),
        ("2001:db8::/32", "2001:db9::5", false), ("203.0.113.0/24", "::ffff:203.0.113.9", true), ("::1", "::1", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("203.0.113.0/24", "local socket", false),
    ]

    @Test("An address is inside exactly the blocks that hold it", arguments: rows)
    func contains(range: String, address: String, isInside: Bool) throws {
        let block = try #require(AddressRange(range))
        #expect(block.contains(address) == isInside)
    }

    @Test(
        "What is no block is refused",
        arguments: [
            "", "203.0.113", "203.0.113.0/33", "a", "1.2.3.256", "2001:::1", "::1/129", "1.2.3.4/-1", "12345::",
        ])
    func refused(text: String) { #expect(AddressRange(text) == nil) }

    @Test("Roles stand in one order")
    func order() { #expect(Role.allCases == Role.allCases.sorted() && Role.viewer < Role.admin) }

    private static let names: [(String, String?)] = [
        ("Ana", "ana"), (" ana.silva ", "ana.silva"), ("a", nil), ("1ana", nil), ("ana silva", nil), ("ana/x", nil),
        ("änna", nil),
    ]

    @Test("A sign-in name keeps its rule or is none", arguments: names)
    func signInName(text: String, name: String?) { #expect(SignInName.of(text) == name) }
}
