import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// One request that fits its operation's declaration.
struct APICall: Sendable {
    let web: WebRequest
    let query: [String: JSONValue]
    let body: JSONObject
    /// What the caller will say again when it repeats this request.
    let key: String?

    func text(_ name: String) -> String? { (query[name] ?? body[name])?.string }
    var limit: Int { query["limit"]?.int ?? APIOperation.limitStandard }
    /// The id the page before ended with.
    func before(_ list: String) throws -> String? { try text("cursor").map { try APICursor.read($0, of: list) } }
    /// Clients the caller may see; nil for all.
    var visible: Set<String>? { web.visitor?.person.clients }
}

enum APIAnswer: Sendable {
    /// `kept` is what a repetition is told instead, where the answer holds something that is told only once.
    case one(JSONValue, kept: JSONValue?)
    case list([JSONValue], next: String?)
    case nothing
    /// Not JSON: a file.
    case response(Response)

    static func one(_ value: JSONValue) -> APIAnswer { .one(value, kept: nil) }

    /// The first `limit` of one more than that, with where to go on.
    static func page<Item>(
        _ found: [Item], _ call: APICall, _ list: String, id: (Item) -> String, _ document: (Item) -> JSONValue
    ) -> APIAnswer {
        let shown = found.prefix(call.limit)
        let next = found.count > call.limit ? shown.last.map { APICursor.make(list, id($0)) } : nil
        return .list(shown.map(document), next: next)
    }
}

/// Stands between the gate and an operation's handler.
struct APIDesk: Sendable {
    let house: WebHouse
    let operation: APIOperation
    let current: (@Sendable (APICall) async throws -> JSONValue)?
    static let bodyBytesMax = 64 << 10

    func answer(_ web: WebRequest, _ handler: (APICall) async throws -> APIAnswer) async throws -> Response {
        do { return try await answered(web, handler) } catch let problem as APIProblem {
            throw problem
        } catch { throw APIProblem(reading: error) ?? error }
    }

    private func answered(_ web: WebRequest, _ handler: (APICall) async throws -> APIAnswer) async throws -> Response {
        let key = try key(web)
        let bytes = try await body(web)
        try checkType(web, bytes)
        let call = APICall(web: web, query: try query(web), body: try parsed(bytes), key: key)
        guard let key, web.head.method == .post else {
            try await checkVersion(call)
            return try response(try await handler(call), web)
        }
        let request = Hex.sha256(Array("\(web.head.method) \(web.address)\n".utf8) + bytes)
        let claim = try await house.requestKeys.claim(key, by: caller(web), request: request)
        switch claim {
        case .answered(let status, let text): return Self.repeated(status, text)
        case .other: throw APIProblem.otherRequest
        case .open: throw APIProblem.stillOpen
        case .new: break
        }
        do {
            try await checkVersion(call)
            let answer = try await handler(call)
            try await house.requestKeys.settle(
                key, by: caller(web), status: status(answer).code, answer: kept(answer)?.pretty ?? "")
            return try response(answer, web)
        } catch let problem where problem is APIProblem || APIProblem(reading: problem) != nil || problem is PageProblem
        {
            // Refused: nothing was done, and the mended request may come under the same key.
            try await house.requestKeys.release(key, by: caller(web))
            throw problem
        }
    }

    private func caller(_ web: WebRequest) -> String { web.visitor?.person.id ?? "" }

    // MARK: Reading

    private func key(_ web: WebRequest) throws -> String? {
        guard let key = web.head.headers[.idempotencyKey] else { return nil }
        guard RequestKeys.keyBytes.contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw APIProblem(
                status: .badRequest, title: "Unusable Idempotency-Key",
                detail:
                    "A key has \(RequestKeys.keyBytes.lowerBound) to \(RequestKeys.keyBytes.upperBound) visible ASCII characters.",
                fix: "Make a new UUID for each thing that is to happen, and repeat it with each try.")
        }
        return key
    }

    private func body(_ web: WebRequest) async throws -> [UInt8] {
        guard web.head.method != .get else { return [] }
        guard let buffer = try? await web.head.body.collect(upTo: Self.bodyBytesMax) else {
            throw APIProblem(
                status: .contentTooLarge, title: "Too large", detail: "A body has at most \(Self.bodyBytesMax) bytes.",
                fix: "Send less.")
        }
        return Array(buffer.readableBytesView)
    }

    /// What does not say what it is, is taken for JSON.
    private func checkType(_ web: WebRequest, _ bytes: [UInt8]) throws {
        guard operation.body != nil, !bytes.isEmpty, let type = web.head.headers[.contentType] else { return }
        let name = type.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        guard name != "application/json" else { return }
        throw APIProblem(
            status: .unsupportedMediaType, title: "Not JSON", detail: "The body is \(name.prefix(80)).",
            fix: "Send a JSON object with Content-Type: application/json.")
    }

    private func parsed(_ bytes: [UInt8]) throws -> JSONObject {
        guard let shape = operation.body else { return JSONObject() }
        var value = JSONValue.object(JSONObject())
        if !bytes.isEmpty {
            do { value = try JSONValue.parse(bytes) } catch {
                throw APIProblem(
                    status: .badRequest, title: "No JSON", detail: "The body is not JSON: \(error).",
                    fix: "Send a JSON object as application/json.")
            }
        }
        if let complaint = shape.complaint(value, at: "body") { throw APIProblem.misshapen(complaint) }
        return value.object ?? JSONObject()
    }

    private func query(_ web: WebRequest) throws -> [String: JSONValue] {
        var found: [String: JSONValue] = [:]
        for (name, text) in web.asked {
            guard let field = operation.query.first(where: { $0.name == name }) else {
                let known = operation.query.map(\.name).joined(separator: ", ")
                throw APIProblem.misshapen(
                    "There is no parameter \"\(name.prefix(40))\" here"
                        + (known.isEmpty ? "" : "; there are \(known)"))
            }
            guard found[name] == nil else { throw APIProblem.misshapen("\(name) is said twice") }
            let value = field.shape.read(text)
            if let complaint = field.shape.complaint(value, at: name) { throw APIProblem.misshapen(complaint) }
            found[name] = value
        }
        return found
    }

    /// What the caller has seen must still stand when it says so.
    private func checkVersion(_ call: APICall) async throws {
        guard let wanted = call.web.head.headers[.ifMatch], let current else { return }
        guard Self.matches(wanted, Self.tag(try await current(call))) else {
            throw APIProblem(
                status: .preconditionFailed, title: "Changed meanwhile",
                detail: "It is not any more what If-Match says. Nothing was changed.",
                fix: "Get it again, look at what is there now, and send the request with the new ETag.")
        }
    }

    // MARK: Answering

    static func tag(_ value: JSONValue) -> String { "\"\(Hex.sha256(Array(value.canonical.utf8)).prefix(32))\"" }

    static func matches(_ header: String, _ tag: String) -> Bool {
        header.split(separator: ",").contains { part in
            let one = part.drop(while: \.isWhitespace).trimmingPrefix("W/")
            return one == "*" || one.filter { !$0.isWhitespace } == tag
        }
    }

    private func status(_ answer: APIAnswer) -> HTTPResponse.Status {
        if case .nothing = answer { .noContent } else { operation.status }
    }

    private func kept(_ answer: APIAnswer) -> JSONValue? {
        switch answer {
        case .one(let value, let kept): kept ?? value
        case .list(let items, let next): Self.document(items, next)
        case .nothing, .response: nil
        }
    }

    private static func document(_ items: [JSONValue], _ next: String?) -> JSONValue {
        ["items": .array(items), "next": next.map { .string($0) } ?? .null]
    }

    private func response(_ answer: APIAnswer, _ web: WebRequest) throws -> Response {
        switch answer {
        case .response(let response): return response
        case .nothing: return Response(status: .noContent)
        case .list(let items, let next): return Self.json(Self.document(items, next), operation.status)
        case .one(let value, _):
            let tag = Self.tag(value)
            if web.head.method == .get, let seen = web.head.headers[.ifNoneMatch], Self.matches(seen, tag) {
                return Response(status: .notModified, headers: [.eTag: tag])
            }
            var response = Self.json(value, operation.status)
            response.headers[.eTag] = tag
            return response
        }
    }

    private static func json(_ value: JSONValue, _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: value.pretty)))
    }

    private static func repeated(_ status: Int, _ text: String) -> Response {
        var headers: HTTPFields = [.idempotentReplayed: "true"]
        if !text.isEmpty { headers[.contentType] = "application/json" }
        return Response(
            status: .init(code: status), headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension APIShape {
    /// What a query's text says under this shape; a text where it says nothing, which then does not fit.
    fileprivate func read(_ text: String) -> JSONValue {
        switch self {
        case .whole: Int(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case .flag: text == "true" ? true : text == "false" ? false : .string(text)
        default: .string(text)
        }
    }
}
