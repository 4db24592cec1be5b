import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// One request with what was found out about it before its handler runs.
struct WebRequest: Sendable {
    let head: Request
    let context: WebContext
    let remoteAddress: String
    /// Present wherever a role is asked for.
    var visitor: Visitor?
    var form = FormBody(Data())
    var run: RunRecord?
    var client: ClientRecord?
    var approval: ApprovalRecord?
    var report: ArtifactRecord?

    /// Somebody signed in, by a session or a token of their own.
    struct Visitor: Sendable {
        let person: PersonRecord
        /// Nil for an API token.
        let session: SessionRecord?
        /// What the session's forms must bring.
        let formToken: String
        let surface: String
        /// False for a token that may only read.
        var mayWrite = true
    }

    func signedIn() throws -> Visitor {
        guard let visitor else { throw PageProblem.notSignedIn(returnTo: nil) }
        return visitor
    }

    func actor() throws -> Actor {
        let visitor = try signedIn()
        return Actor(name: visitor.person.name, surface: visitor.surface, remoteAddress: remoteAddress)
    }

    func theRun() throws -> RunRecord {
        guard let run else { throw PageProblem.notFound }
        return run
    }

    func theReport() throws -> ArtifactRecord {
        guard let report else { throw PageProblem.notFound }
        return report
    }

    func theClient() throws -> ClientRecord {
        guard let client else { throw PageProblem.notFound }
        return client
    }

    /// Names and values of the address as browsers write a form's: a plus sign is a space.
    var asked: [(name: String, value: String)] {
        (head.uri.query ?? "").split(separator: "&").prefix(Self.askedMax).map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(FormBody.decoded)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    static let askedMax = 200

    func query(_ name: String) -> String? {
        let value = asked.first { $0.name == name }?.value ?? ""
        return value.isEmpty ? nil : String(value.prefix(200))
    }

    /// What comes after `prefix` in the names of boxes ticked in the address, in order.
    func ticked(_ prefix: String) -> [String] {
        let names = asked.filter { $0.name.hasPrefix(prefix) && $0.value == "yes" }
        return Set(names.map { String($0.name.dropFirst(prefix.count).prefix(200)) }).sorted()
    }

    func parameter(_ name: String) -> String { String((context.parameters.get(name) ?? "").prefix(200)) }

    /// Path and query as they came, for links that come back here.
    var address: String { head.uri.string }

    /// `path` with this request's query, some of it changed; nil takes a name out. A place in a list goes with the cursor
    /// that it belongs to.
    func address(_ path: String, changing changes: [String: String?]) -> String {
        var pairs: [(String, String)] = []
        let isElsewhere = changes.keys.contains("before") || changes.keys.contains("after")
        for (name, value) in asked where !changes.keys.contains(name) && !value.isEmpty && pairs.count < 20 {
            if isElsewhere, name == Table.placeName { continue }
            pairs.append((name, value))
        }
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
            if let value { pairs.append((name, value)) }
        }
        guard !pairs.isEmpty else { return path }
        return path + "?" + pairs.map { "\(Self.escaped($0))=\(Self.escaped($1))" }.joined(separator: "&")
    }

    static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}

/// Why a page is not shown. Each has its own words and a way on.
enum PageProblem: Error {
    case notSignedIn(returnTo: String?)
    /// Nil for a token that may only read.
    case forbidden(needs: Role?)
    /// A session may look at the API; what changes something there is asked with a token.
    case needsToken
    case outside
    case formOver
    case notFound
    case badRequest(String)
    case conflict(String, fix: String)
    /// `field` is the one of the form that has to be mended, by its name.
    case unprocessable(String, fix: String, field: String? = nil)
    /// The same form would be refused for ever: it is mended elsewhere.
    case mendedElsewhere(String, fix: String, place: String)
    /// It was there, or would be, and is not any more.
    case gone(String, fix: String)
    case tooLarge
    case tooMany(minutes: Int)
    /// As many as the server takes at once are being made already.
    case busy(seconds: Int)
}
