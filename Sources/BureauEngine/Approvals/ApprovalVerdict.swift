import BureauDomain

/// What somebody says to a question: yes, no, or yes to something else.
enum ApprovalVerdict: Sendable {
    case approved
    case denied(reason: String)
    case changed(JSONValue, reason: String?)

    static let reasonCharactersMax = 1_000

    /// Why a call cannot be changed.
    struct Unfit: Error, CustomStringConvertible { let description: String }

    var state: ApprovalState {
        switch self {
        case .approved: .approved
        case .denied: .denied
        case .changed: .changed
        }
    }

    /// Nil where there is nothing to say.
    var reason: String? {
        switch self {
        case .approved: nil
        case .denied(let reason): String(reason.prefix(Self.reasonCharactersMax))
        case .changed(_, let reason):
            reason.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : String($0.prefix(Self.reasonCharactersMax)) }
        }
    }

    /// The change as it is kept; nil for a plain yes or no.
    func change(of approval: ApprovalRecord, by person: ApprovalPolicy.Person) throws(Unfit) -> KeptChange? {
        guard case .changed(let input, _) = self else { return nil }
        guard !approval.isAboutMoney else {
            throw Unfit(
                description: "a question about money is answered with yes or no: its amount is not changed here")
        }
        do { return KeptChange(try ChangedInput(input, of: approval.input), by: person) } catch {
            throw Unfit(description: error.description)
        }
    }
}
