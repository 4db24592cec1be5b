import BureauDomain
import BureauEngine

/// The clients somebody chooses from. Where there are more than a list holds, the short name is written instead: none is
/// left out without a word.
struct ClientPicker {
    let clients: [ClientRecord]
    let isCut: Bool
    /// One less than a page of clients has at most, so that one more tells.
    static let listedMax = 999
    static let hint = "Its short name: there are more than a list holds."

    /// Those a person sees; archived ones too, unless only what is in work is wanted.
    init(_ house: WebHouse, _ person: PersonRecord, inWorkOnly: Bool = false) async throws {
        let found = try await house.clients.page(
            isArchived: inWorkOnly ? false : nil, visible: person.clients, limit: Self.listedMax + 1)
        isCut = found.count > Self.listedMax
        clients = found.prefix(Self.listedMax).map(\.record)
    }

    /// To narrow a list by.
    func filter(_ web: WebRequest) -> Field {
        isCut
            ? Field("client", "Client", .line(type: "search"), value: web.query("client") ?? "", hint: Self.hint)
            : .choice("client", "Client", clients.map { ($0.slug, $0.name) }, web)
    }
}
