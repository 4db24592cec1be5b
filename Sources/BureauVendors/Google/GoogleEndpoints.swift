/// Where Google's APIs answer. One base in place of both hosts serves a proxy or a stand-in.
package struct GoogleEndpoints: Hashable, Sendable {
    let api: String
    let token: String

    package static let google = GoogleEndpoints(
        api: "https://www.googleapis.com", token: "https://oauth2.googleapis.com")

    package init(base: String) { (api, token) = (base, base) }

    private init(api: String, token: String) { (self.api, self.token) = (api, token) }
}
