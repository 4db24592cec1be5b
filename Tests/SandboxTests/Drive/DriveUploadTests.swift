import BureauSandbox
import Crypto
import Foundation
import Testing

private func multipart(_ metadata: JSON, _ bytes: [UInt8]) -> [UInt8] {
    Array("--b3f1\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n".utf8) + Array(metadata.bytes)
        + Array("\r\n--b3f1\r\nContent-Type: text/markdown\r\n\r\n".utf8) + bytes + Array("\r\n--b3f1--".utf8)
}

private func upload(_ host: ServiceHost, _ token: String, _ body: [UInt8]) async throws -> ServiceHost.Reply {
    try await host.send(
        "POST",
        "/google/upload/drive/v3/files?uploadType=multipart&supportsAllDrives=true&fields=id,size,sha256Checksum,md5Checksum,mimeType,webViewLink",
        headers: ["Authorization": token, "Content-Type": "multipart/related; boundary=b3f1"], bytes: body)
}

/// Starts a resumable upload; its address.
private func session(_ host: ServiceHost, _ token: String, _ metadata: JSON, bytes: Int) async throws -> String {
    let reply = try await host.send(
        "POST",
        "/google/upload/drive/v3/files?uploadType=resumable&supportsAllDrives=true&fields=id,size,sha256Checksum",
        headers: [
            "Authorization": token, "X-Upload-Content-Type": "application/zip", "X-Upload-Content-Length": "\(bytes)",
        ], json: metadata)
    #expect(reply.status == 200 && reply.bytes.isEmpty)
    return reply.headers["location"] ?? ""
}

private func sha256(_ bytes: [UInt8]) -> String { SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined() }

@Test("A multipart upload answers the checksums, is made once, and can be opened in a browser")
func multipartUpload() async throws {
    try await DriveHost.run { host, token in
        let bytes = Array("# Audit\n\nOverall Score: 71/100 <b>é</b>\n".utf8)
        let metadata: JSON = [
            "id": .string(try await host.freshID(token)), "name": "audit.md", "parents": ["1DEMOROOT"],
            "appProperties": ["bureau_delivery": "run_42:out_3"],
        ]
        let made = try await upload(host, token, multipart(metadata, bytes))
        #expect(made.status == 200)
        #expect(made.json["sha256Checksum"]?.string == sha256(bytes))
        #expect(made.json["size"]?.string == "\(bytes.count)")
        #expect(made.json["mimeType"]?.string == "text/markdown")
        #expect(try await upload(host, token, multipart(metadata, bytes)).status == 409)
        let state = try await host.state("drive")["files"]?.array?.last
        #expect(state?["path"]?.string == "/Agency (demo)/audit.md")
        let link = made.json["webViewLink"]?.string ?? ""
        #expect(try await host.send("GET", link).text.contains("&lt;b&gt;é&lt;/b&gt;"))
        let content = try await host.send("GET", link + "/content")
        #expect(content.bytes == bytes)
        #expect(content.headers["content-type"] == "text/plain; charset=utf-8")
        #expect(content.headers["content-security-policy"]?.hasPrefix("sandbox") == true)
        #expect(try await host.send("GET", "/drive").text.contains("audit.md"))
    }
}

@Test("A resumable upload goes on where it broke off, and repeats its answer when it was done")
func resumable() async throws {
    try await DriveHost.run { host, token in
        let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let address = try await session(host, token, ["name": "a.zip", "parents": ["1DEMOROOT"]], bytes: bytes.count)
        func put(_ range: String, _ body: [UInt8]) async throws -> ServiceHost.Reply {
            try await host.send(
                "PUT", address, headers: ["Content-Range": "bytes \(range)/\(bytes.count)"], bytes: body)
        }
        let nothing = try await put("*", [])
        #expect(nothing.status == 308 && nothing.headers["range"] == nil)
        let first = try await put("0-262143", Array(bytes[0..<262_144]))
        #expect(first.status == 308 && first.headers["range"] == "bytes=0-262143")
        #expect(try await put("262144-262200", Array(bytes[262_144...262_200])).status == 400)
        let asked = try await put("*", [])
        #expect(asked.headers["range"] == "bytes=0-262143")
        let last = try await put("262144-599999", Array(bytes[262_144...]))
        #expect(last.status == 200 && last.json["sha256Checksum"]?.string == sha256(bytes))
        #expect(try await put("*", []).json["id"] == last.json["id"])
        #expect(try await host.send("PUT", address + "x", bytes: []).status == 404)
    }
}

@Test("A resumable upload may come in one piece, be empty, or be cancelled")
func wholeEmptyCancelled() async throws {
    try await DriveHost.run { host, token in
        let metadata: JSON = ["name": "a", "parents": ["1DEMOROOT"]]
        let whole = try await session(host, token, metadata, bytes: 3)
        #expect(try await host.send("PUT", whole, bytes: [1, 2, 3]).json["size"]?.string == "3")
        let empty = try await session(host, token, metadata, bytes: 0)
        #expect(try await host.send("PUT", empty, bytes: []).json["size"]?.string == "0")
        let cancelled = try await session(host, token, metadata, bytes: 3)
        #expect(try await host.send("DELETE", cancelled).status == 499)
        #expect(try await host.send("PUT", cancelled, bytes: [1, 2, 3]).status == 404)
    }
}

@Test("A lost answer leaves the file: the id says so")
func lostAnswer() async throws {
    try await DriveHost.run { host, token in
        let id = try await host.freshID(token)
        let metadata: JSON = ["id": .string(id), "name": "a.md", "parents": ["1DEMOROOT"]]
        try await host.fault("google", "upload.create", "drop_after")
        await #expect(throws: (any Error).self) { try await upload(host, token, multipart(metadata, [65])) }
        let again = try await upload(host, token, multipart(metadata, [65]))
        #expect(again.json["error"]?["errors"]?[0]?["reason"]?.string == "fileIdInUse")
        #expect(try await host.drive("GET", "/files/\(id)?supportsAllDrives=true", token).status == 200)
    }
}

@Test("A new version keeps the id and the link")
func newVersion() async throws {
    try await DriveHost.run { host, token in
        let made = try await upload(host, token, multipart(["name": "a.md", "parents": ["1DEMOROOT"]], [65]))
        let id = made.json["id"]?.string ?? ""
        let changed = try await host.send(
            "PATCH",
            "/google/upload/drive/v3/files/\(id)?uploadType=media&supportsAllDrives=true&fields=id,size,version",
            headers: ["Authorization": token, "Content-Type": "text/markdown"], bytes: [66, 67])
        #expect(changed.json == ["id": .string(id), "size": "2", "version": "2"])
    }
}
