import BureauEngine
import BureauWeb
import Foundation

/// Tells whoever starts a new server how to sign in, until somebody has.
enum FirstLink {
    static func tell(_ composition: Composition, port: Int?) async {
        do {
            guard let token = try await composition.peopleDesk.firstLink() else { return }
            let own = port.map { "http://127.0.0.1:\($0)" } ?? "http://localhost"
            let base = composition.settings.site.publicURL ?? own
            Terminal.note(
                "Nobody has signed in yet. This link does so once, as admin, within \(PeopleDesk.linkHours) hours:\n"
                    + "  \(base)/login/link?token=\(token)")
        } catch {
            Terminal.note("No sign-in link could be made: \(error). Make one: bureau users link admin")
        }
    }
}
