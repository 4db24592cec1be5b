import Foundation
import Hummingbird
import Synchronization
import Testing

@testable import BureauVendors

/// What a resumable session has stored, and the troubles it still has to make.
private final class Session: Sendable {
    let stored = Mutex<[UInt8]>([])
    let troubles: Mutex<[Trouble]>
    init(_ troubles: [Trouble]) { self.troubles = Mutex(troubles) }

    enum Trouble: String, Sendable, CustomTestStringConvertible {
        case serverError, keepThenFail, half, gone, none
        var testDescription: String { rawValue }
    }

    func answer(_ request: Received, total: Int, name: String) -> Response {
        let range = request.headers["content-range"] ?? ""
        guard !range.hasPrefix("bytes */") else { return progress(total, name) }
        let trouble = troubles.withLock { $0.isEmpty ? .none : $0.removeFirst() }
        let start = Int(range.dropFirst(6).prefix { $0 != "-" }) ?? -1
        switch trouble {
        case .serverError: return .html(status: 503)
        case .gone:
            stored.withLock { $0 = [] }
            return .json("{}", status: 404)
        case .half, .keepThenFail, .none:
            let kept = trouble == .half ? request.body.prefix(262_144) : request.body[...]
            stored.withLock { if $0.count == start { $0 += kept } }
            return trouble == .keepThenFail ? .html(status: 502) : progress(total, name)
        }
    }

    private func progress(_ total: Int, _ name: String) -> Response {
        let count = stored.withLock(\.count)
        if count == total { return .json("{\"id\":\"1y\",\"name\":\"\(name)\",\"size\":\"\(total)\"}") }
        return .json("", status: 308, headers: count == 0 ? [:] : ["range": "bytes=0-\(count - 1)"])
    }
}

/// Bytes whose place can be told, made in blocks of an odd length because one by one takes seconds.
private func pattern(_ count: Int) -> [UInt8] {
    let block = (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes += block }
    return Array(bytes.prefix(count))
}

private func upload(
    bytes: Int, troubles: [Session.Trouble] = [],
    _ check: @Sendable (Result<DriveFile, any Error>, [Received], [UInt8], [UInt8]) throws -> Void
) async throws {
    let data = pattern(bytes)
    let session = Session(troubles)
    try await withTemporaryFolder { folder in
        try Data(data).write(to: URL(filePath: folder + "/f"))
        try await VendorServer.run(answer: { request in
            if request.path == "/token" { return .json(#"{"access_token":"t","expires_in":3599}"#) }
            if request.path == "/session" { return session.answer(request, total: bytes, name: "r.zip") }
            if request.queryItems["uploadType"] == "resumable" {
                return .json(
                    "",
                    headers: ["location": "http://\(request.headers["host"] ?? "")/session?upload_id=canary-capability"]
                )
            }
            return .json("{\"id\":\"1y\",\"name\":\"r.zip\",\"size\":\"\(bytes)\",\"sha256Checksum\":\"ab\"}")
        }) { server, transport in
            let endpoints = GoogleEndpoints(base: server.baseURL)
            let tokens = GoogleTokenSource(
                transport: transport, credential: try TestKey.credential(), endpoints: endpoints)
            let client = GoogleDriveClient(
                transport: transport, tokens: tokens, endpoints: endpoints, makeBoundary: { "b1" }, pause: { _ in })
            let result: Result<DriveFile, any Error>
            do {
                result = .success(
                    try await client.upload(
                        id: "1y", name: "r.zip", parent: "1P", mime: "application/zip", path: folder + "/f",
                        appProperties: ["k": "v"]))
            } catch { result = .failure(error) }
            try check(result, server.received, data, session.stored.withLock { $0 })
        }
    }
}

@Suite("Drive uploads")
struct DriveUploadTests {
    @Test("A small file goes up with its description in one request", arguments: [0, 1, 100_000])
    func small(bytes: Int) async throws {
        try await upload(bytes: bytes) { result, received, data, _ in
            let file = try result.get()
            #expect(file.id == "1y" && file.sizeBytes == Int64(bytes) && file.sha256 == "ab")
            let request = received[1]
            #expect(
                request.path == "/upload/drive/v3/files"
                    && request.headers["content-type"] == "multipart/related; boundary=b1")
            #expect(
                request.queryItems["uploadType"] == "multipart" && request.queryItems["supportsAllDrives"] == "true")
            let head =
                "--b1\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
                + #"{"appProperties":{"k":"v"},"id":"1y","mimeType":"application/zip","name":"r.zip","parents":["1P"]}"#
                + "\r\n--b1\r\nContent-Type: application/zip\r\n\r\n"
            #expect(request.body == Array(head.utf8) + data + Array("\r\n--b1--\r\n".utf8))
        }
    }

    @Test(
        "A large file goes up in pieces and survives every disturbance",
        arguments: [
            [], [.serverError], [.keepThenFail], [.half], [.half, .serverError, .none, .keepThenFail],
            [.none, .keepThenFail], [.gone], [.none, .gone],
        ] as [[Session.Trouble]])
    fileprivate func large(troubles: [Session.Trouble]) async throws {
        try await upload(bytes: 9_000_001, troubles: troubles) { result, received, data, stored in
            let file = try result.get()
            #expect(file.sizeBytes == 9_000_001 && stored == data)
            let start = try #require(received.first { $0.queryItems["uploadType"] == "resumable" })
            #expect(
                start.headers["x-upload-content-length"] == "9000001"
                    && start.headers["x-upload-content-type"] == "application/zip")
            // The session's address is the capability; the token stays away from it.
            #expect(received.filter { $0.path == "/session" }.allSatisfy { $0.headers["authorization"] == nil })
        }
    }

    @Test(
        "An upload that gets nowhere is given up, and its address stays secret",
        arguments: [Session.Trouble.serverError, .gone])
    fileprivate func hopeless(trouble: Session.Trouble) async throws {
        try await upload(bytes: 6_000_000, troubles: Array(repeating: trouble, count: 50)) { result, received, _, _ in
            guard case .failure(let error as VendorError) = result else {
                Issue.record("it went up")
                return
            }
            #expect(received.count < 30)
            #expect(!"\(error) \(error.sentence)".contains("canary"))
        }
    }
}
