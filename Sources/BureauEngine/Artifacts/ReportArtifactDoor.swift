package import BureauVendors

/// The way of staff's own tools to the registry: one token, and the name whoever holds it decides under.
package struct ReportArtifactDoor: Sendable {
    package let desk: ArtifactDesk
    let token: Secret
    package let person: String

    package init(desk: ArtifactDesk, token: Secret, person: String) {
        (self.desk, self.token, self.person) = (desk, token, person)
    }

    /// `header` is what came in X-Agency-OS-Internal-Token.
    package func isOpen(to header: String?) -> Bool {
        guard let header, !token.isEmpty else { return false }
        return token.isSame(as: Secret(header))
    }
}
