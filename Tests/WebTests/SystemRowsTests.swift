import Testing

@testable import BureauWeb

@Suite("The rows of the System page")
struct SystemRowsTests {
    static let disks: [(Int, Int, String?)] = [
        (79, 80, nil), (80, 80, "Filling up"), (95, 80, "Nearly full"), (60, 60, "Filling up"), (85, 90, nil),
        (97, 98, nil), (98, 98, "Nearly full"), (99, 100, nil),
    ]
    @Test("A disk is full for the page where it is for the alert", arguments: disks)
    func disk(used: Int, alert: Int, word: String?) {
        #expect(SystemRows.disk(usedPercent: used, alertPercent: alert)?.word == word)
    }
}
