import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

@testable import BureauVendors

/// A vendor's request as the stand-ins' routes take it, and what mutations do to it.
struct Wire {
    let request: Request
    /// Whether people are told of trouble with it.
    let isAlert: Bool

    init(_ request: VendorRequest, mutation: Mutation?) throws {
        let path = request.url.components(separatedBy: "://").last.flatMap { rest in
            rest.firstIndex(of: "/").map { String(rest[$0...]) }
        }
        var head = HTTPRequest(
            method: .init(rawValue: request.method.rawValue) ?? .get, scheme: "http", authority: "sandbox.sim",
            path: path ?? "/")
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
            HTTPField.Name(name).map { head.headerFields[$0] = value }
        }
        switch request.authorization {
        case .none: break
        case .bearer(let secret): head.headerFields[.authorization] = "Bearer \(secret.reveal())"
        case .header(let name, let secret): HTTPField.Name(name).map { head.headerFields[$0] = secret.reveal() }
        }
        var bytes: [UInt8] = []
        if let body = try BodySegments(request.body) {
            if let type = body.contentType { head.headerFields[.contentType] = type }
            bytes = try Self.bytes(of: body)
        }
        if mutation == .allowAll { bytes = Self.allowed(bytes) }
        isAlert = request.operation == "chat.postMessage" && String(decoding: bytes, as: UTF8.self).contains("C0ALERTS")
        if !bytes.isEmpty { head.headerFields[.contentLength] = String(bytes.count) }
        self.request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: bytes)))
    }

    private static func bytes(of body: BodySegments) throws -> [UInt8] {
        try body.segments.flatMap { segment -> [UInt8] in
            switch segment {
            case .bytes(let bytes): return bytes
            case .file(let path, let offset, let length):
                let handle = FileHandle(forReadingAtPath: path)
                defer { try? handle?.close() }
                try handle?.seek(toOffset: UInt64(offset))
                return Array(try handle?.read(upToCount: Int(length)) ?? Data())
            }
        }
    }

    /// What a mutation makes of an answer.
    func changed(_ body: [UInt8], _ mutation: Mutation) -> [UInt8] {
        switch mutation {
        case .hiddenSessions: Self.replaced(body, "bureau_run", "nobody_run")
        case .hiddenPosts:
            [("\"step\":\"0", "\"step\":\"-"), ("ref 0", "ref -"), ("Run 0", "Run -")].reduce(body) {
                Self.replaced($0, $1.0, $1.1)
            }
        default: body
        }
    }

    /// The reason has to go with the denial: the service refuses one beside an approval.
    private static func allowed(_ bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.contains(#""deny""#) else { return bytes }
        return Array(
            text.replacingOccurrences(of: #""deny""#, with: #""allow""#)
                .replacingOccurrences(of: #","deny_message":"[^"]*""#, with: "", options: .regularExpression)
                .replacingOccurrences(of: #""deny_message":"[^"]*","#, with: "", options: .regularExpression).utf8)
    }

    private static func replaced(_ bytes: [UInt8], _ old: String, _ new: String) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.contains(old) ? Array(text.replacingOccurrences(of: old, with: new).utf8) : bytes
    }
}
