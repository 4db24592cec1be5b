package import BureauVendors

/// The API's way to questions: one token, and the name whoever holds it decides under.
package struct ApprovalDoor: Sendable {
    package let desk: ApprovalDesk
    let token: Secret
    /// A Bureau user, as `approvals.people` names them.
    package let person: String

    package init(desk: ApprovalDesk, token: Secret, person: String) {
        self.desk = desk
        self.token = token
        self.person = person
    }

    /// `authorization` is the header as it came.
    package func isOpen(to authorization: String?) -> Bool {
        guard let authorization, authorization.lowercased().hasPrefix("bearer "), !token.isEmpty else { return false }
        return token.isSame(as: Secret(String(authorization.dropFirst(7))))
    }
}
