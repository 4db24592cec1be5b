import BureauDomain
import Testing

@Suite("Where a client is")
struct ClientPlaceTests {
    private static let addresses: [(String, String?)] = [
        ("100 Example Street, Columbus, OH 43004, USA", "Columbus, OH"),
        ("100 Example Street, Columbus, OH 43004-1234", "Columbus, OH"), ("Columbus,OH", "Columbus, OH"),
        (" 1 High St ,  New   York , NY ", "New York, NY"),
        // Nothing is guessed from what is written in another way.
        ("OH, 43004", nil), ("12 Queen Street, Brisbane QLD 4000", nil), ("Hauptstr. 1, 10115 Berlin", nil),
        ("1 High St, Columbus, Oh 43004", nil), ("100 Example Street, OH 43004", nil), (", OH", nil), ("", nil),
        ("Évry, ÉÀ", nil),
    ]

    @Test("Is told by city and state where the address has both", arguments: addresses)
    func words(address: String, told: String?) {
        #expect(ClientPlace.words(address: address) == told)
    }
}
