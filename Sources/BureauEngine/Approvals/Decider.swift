import BureauDomain
import BureauStorage

/// Who changed a call, kept so that the rules can be asked about them again when the changed call comes.
struct Decider: Codable, Hashable, Sendable {
    enum Kind: String, Codable, Sendable { case slack, bureau, staff }
    var kind: Kind
    var name: String
    var slackID: String?

    init(_ person: ApprovalPolicy.Person) {
        switch person {
        case .slack(let id, let name): (kind, self.name, slackID) = (.slack, name, id)
        case .bureau(let name): (kind, self.name) = (.bureau, name)
        case .staff(let name, _): (kind, self.name) = (.staff, name)
        }
    }

    /// As they are now. Nil for somebody who can no longer sign in, has too low a role or does not see the client.
    func person(for run: RunRecord, in db: any Connection) throws -> ApprovalPolicy.Person? {
        switch kind {
        case .slack: return slackID.map { .slack(id: $0, name: name) }
        case .bureau: return .bureau(name: name)
        case .staff:
            guard let person = try PersonStore(db: db).find(name: name), !person.isDisabled,
                person.role >= .consultant, person.maySee(client: run.clientSlug)
            else { return nil }
            return .staff(name: person.name, isTrusted: person.role >= .operator)
        }
    }
}
