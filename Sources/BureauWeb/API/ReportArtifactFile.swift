import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A file's bytes as an answer that no browser runs: a download, never sniffed, sandboxed should it be shown all the same.
struct ReportArtifactFile {
    let file: ArtifactFileRecord
    let url: URL
    static let pieceBytes = 64 << 10

    func response() throws -> Response {
        let handle = try FileHandle(forReadingFrom: url)
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 0)
        let body = ResponseBody(contentLength: Int(size)) { writer in
            defer { try? handle.close() }
            while let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty {
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    var headers: HTTPFields {
        [
            .contentType: Self.type(file.mimeType), .contentDisposition: Self.disposition(file.name),
            .contentTypeOptions: "nosniff", .cacheControl: "private, no-store", .eTag: "\"\(file.sha256)\"",
            .contentSecurityPolicy:
                "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
            .referrerPolicy: "no-referrer", .crossOriginResourcePolicy: "same-origin",
        ]
    }

    /// What the session called it, when that is a plain type; nothing that could break out of the header.
    static func type(_ mime: String) -> String {
        let parts = mime.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain =
            parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { byte in
                        (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                            || "+-.".utf8.contains(byte)
                    }
            }
        return isPlain ? mime : "application/octet-stream"
    }

    /// Plain letters for old readers, the true name for the others (RFC 6266).
    static func disposition(_ name: String) -> String {
        let plain = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_. ".contains($0)) ? $0 : "_" })
        let coded = name.utf8.map { byte in
            let isPlain =
                (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte)
                || "-_.".utf8.contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16).uppercased()
        }.joined()
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(coded)"
    }
}
