import Crypto
import CryptoExtras
import Foundation
import Hummingbird
import Synchronization
import Testing

@testable import BureauVendors

private final class Clock: Sendable {
    let seconds = Mutex<Double>(1_000_000)
    var now: @Sendable () -> Date { { Date(timeIntervalSince1970: self.seconds.withLock { $0 }) } }
    func advance(_ by: Double) { seconds.withLock { $0 += by } }
}

private final class Counter: Sendable {
    private let value = Mutex(0)
    func next() -> Int {
        value.withLock {
            $0 += 1
            return $0
        }
    }
}

private func drive(_ server: VendorServer, _ transport: HTTPTransport, clock: Clock = Clock(), mangled: Bool = false)
    throws -> GoogleDriveClient
{
    let endpoints = GoogleEndpoints(base: server.baseURL + "/google")
    let tokens = GoogleTokenSource(
        transport: transport, credential: try TestKey.credential(mangled: mangled), endpoints: endpoints, now: clock.now
    )
    return GoogleDriveClient(
        transport: transport, tokens: tokens, endpoints: endpoints, now: clock.now, makeBoundary: { "b1" },
        pause: { _ in })
}

private func answering(_ answer: @escaping VendorServer.Answer) -> VendorServer.Answer {
    { request in
        request.path == "/google/token"
            ? .json(#"{"access_token":"ya29.canary-token-0123456789","expires_in":3599,"token_type":"Bearer"}"#)
            : try await answer(request)
    }
}

@Suite("Google Drive")
struct GoogleTests {
    @Test("The assertion is signed and claims what Google asks for", arguments: [false, true])
    func assertion(mangled: Bool) async throws {
        try await VendorServer.run(answer: answering { _ in .json(#"{"ids":["1y","1z"]}"#) }) { server, transport in
            #expect(try await drive(server, transport, mangled: mangled).generateIDs(2) == ["1y", "1z"])
            let token = try #require(server.received.first)
            #expect(token.form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer")
            let parts = (token.form["assertion"] ?? "").split(separator: ".").map { part in
                let padded = part.replacing("-", with: "+").replacing("_", with: "/")
                return Data(base64Encoded: padded + String(repeating: "=", count: (4 - padded.count % 4) % 4)) ?? Data()
            }
            #expect(
                try JSONDecoder().decode(JSONValue.self, from: parts[0])
                    == .parsed(#"{"alg":"RS256","typ":"JWT","kid":"kid1"}"#))
            #expect(
                try JSONDecoder().decode(JSONValue.self, from: parts[1])
                    == .parsed(
                        #"{"iss":"bureau@p.example","scope":"https://www.googleapis.com/auth/drive","aud":"https://oauth2.googleapis.com/token","iat":999990,"exp":1003590}"#
                    ))
            let signed = Data(
                (token.form["assertion"] ?? "").split(separator: ".").prefix(2).joined(separator: ".").utf8)
            let signature = _RSA.Signing.RSASignature(rawRepresentation: parts[2])
            #expect(
                try #require(TestKey.rsa).publicKey.isValidSignature(
                    signature, for: SHA256.hash(data: signed), padding: .insecurePKCS1v1_5))
            #expect(server.received[1].headers["authorization"] == "Bearer ya29.canary-token-0123456789")
            #expect(server.received[1].queryItems["supportsAllDrives"] == "true")
        }
    }

    @Test("One token serves many calls, and one renewal serves many callers")
    func caching() async throws {
        try await VendorServer.run(answer: answering { _ in .json(#"{"ids":["1y"]}"#) }) { server, transport in
            let clock = Clock()
            let client = try drive(server, transport, clock: clock)
            @Sendable func tokens() -> Int { server.received.count { $0.path == "/google/token" } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 { group.addTask { _ = try await client.generateIDs(1) } }
                try await group.waitForAll()
            }
            #expect(tokens() == 1)
            clock.advance(3599 - 241)
            _ = try await client.generateIDs(1)
            #expect(tokens() == 1)
            clock.advance(2)
            _ = try await client.generateIDs(1)
            #expect(tokens() == 2)
        }
    }

    @Test("A refused token is renewed once, and a second refusal is the credential's fault")
    func renewal() async throws {
        let count = Counter()
        try await VendorServer.run(answer: { request in
            if request.path == "/google/token" {
                return .json("{\"access_token\":\"token-\(count.next())\",\"expires_in\":3599}")
            }
            return request.headers["authorization"] == "Bearer token-2"
                ? .json(#"{"ids":["1y"]}"#)
                : .json(#"{"error":{"code":401,"message":"m","errors":[{"reason":"authError"}]}}"#, status: 401)
        }) { server, transport in
            let client = try drive(server, transport)
            #expect(try await client.generateIDs(1) == ["1y"])
            #expect(
                server.received.map(\.path).suffix(4) == [
                    "/google/token", "/google/drive/v3/files/generateIds", "/google/token",
                    "/google/drive/v3/files/generateIds",
                ])
        }
        try await VendorServer.run(answer: answering { _ in .json("{}", status: 401) }) { server, transport in
            let error = try await vendorError { try await drive(server, transport).generateIDs(1) }
            #expect(error.kind == .credential(status: 401, code: "") && server.received.count == 4)
        }
    }

    @Test(
        "A refused or damaged key is named",
        arguments: [#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#])
    func refusedKey(body: String) async throws {
        try await VendorServer.run(answer: { _ in .json(body, status: 400) }) { server, transport in
            let error = try await vendorError { try await drive(server, transport).generateIDs(1) }
            #expect(
                error.kind == .credential(status: 400, code: "invalid_grant")
                    && error.detail.contains("Invalid JWT Signature"))
        }
        for file in ["", "{}", #"{"client_email":"a","private_key_id":"k","private_key":"nonsense"}"#] {
            let error = try await vendorError { try GoogleCredential(serviceAccountJSON: Array(file.utf8)) }
            #expect(error.kind == .credential(status: 0, code: "invalid_key_file"))
        }
    }

    @Test(
        "Answers are classified by reason, then by status",
        arguments: [
            (403, "userRateLimitExceeded", .limited(retryAfterMilliseconds: nil)),
            (429, "x", .limited(retryAfterMilliseconds: nil)),
            (403, "storageQuotaExceeded", .rejected(status: 403, code: "storageQuotaExceeded")),
            (403, "insufficientFilePermissions", .rejected(status: 403, code: "insufficientFilePermissions")),
            (403, "insufficientPermissions", .credential(status: 403, code: "insufficientPermissions")),
            (403, "accessNotConfigured", .credential(status: 403, code: "accessNotConfigured")),
            (403, "dailyLimitExceeded", .rejected(status: 403, code: "dailyLimitExceeded")),
            (409, "fileIdInUse", .rejected(status: 409, code: "fileIdInUse")),
            (400, "invalid", .rejected(status: 400, code: "invalid")),
            (404, "notFound", .rejected(status: 404, code: "notFound")),
            (503, "backendError", .unavailable(status: 503)),
        ] as [(Int, String, VendorError.Kind)])
    func errors(status: Int, reason: String, kind: VendorError.Kind) async throws {
        let body =
            #"{"error":{"code":\#(status),"message":"ya29.canary-token-0123456789","errors":[{"message":"m","domain":"d","reason":"\#(reason)"}]}}"#
        try await VendorServer.run(answer: answering { _ in .json(body, status: status) }) { server, transport in
            let error = try await vendorError {
                try await drive(server, transport).createFolder(id: "1y", name: "n", parent: "p")
            }
            #expect(error.kind == kind)
            #expect(!"\(error) \(error.sentence)".contains("canary"))
        }
    }

    @Test("A missing file is nil, and folders are searched safely")
    func reading() async throws {
        try await VendorServer.run(
            answer: answering { request in
                if request.path.hasSuffix("/files/gone") {
                    return .json(#"{"error":{"code":404,"errors":[{"reason":"notFound"}]}}"#, status: 404)
                }
                let folder = #""mimeType":"application/vnd.google-apps.folder""#
                return request.queryItems["pageToken"] == nil
                    ? .json(
                        "{\"files\":[{\"id\":\"1\",\"name\":\"o'malley\\\\s\",\(folder)},{\"id\":\"2\",\"name\":\"O'Malley\\\\s\",\(folder)}],\"nextPageToken\":\"p2\",\"incompleteSearch\":false}"
                    )
                    : .json("{\"files\":[{\"id\":\"3\",\"name\":\"O'Malley\\\\s\",\(folder),\"trashed\":true}]}")
            }
        ) { server, transport in
            let client = try drive(server, transport)
            #expect(try await client.file("gone") == nil)
            #expect(try await client.folders(named: "O'Malley\\s", in: "1P", driveID: "0A").map(\.id) == ["2"])
            let query = server.received[2].queryItems
            #expect(
                query["q"]
                    == #"name = 'O\'Malley\\s' and mimeType = 'application/vnd.google-apps.folder' and '1P' in parents and trashed = false"#
            )
            #expect(
                query["corpora"] == "drive" && query["driveId"] == "0A" && query["includeItemsFromAllDrives"] == "true"
                    && query["supportsAllDrives"] == "true")
            _ = try await client.find(appProperty: "bureau_delivery", value: "run:1")
            #expect(
                server.received[4].queryItems["q"]
                    == "appProperties has { key='bureau_delivery' and value='run:1' } and trashed = false")
        }
    }

    @Test("A search that was cut short is not an empty folder")
    func incomplete() async throws {
        try await VendorServer.run(answer: answering { _ in .json(#"{"files":[],"incompleteSearch":true}"#) }) {
            server, transport in
            let error = try await vendorError { try await drive(server, transport).find(appProperty: "k", value: "v") }
            #expect(error.kind == .unreadable(field: "incompleteSearch"))
        }
    }
}
