import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A file's bytes as an answer that no browser runs: a download, never sniffed, sandboxed should it be shown all the same.
struct ReportArtifactFile {
    let name: String
    let mimeType: String
    let sha256: String?
    let url: URL
    static let pieceBytes = 64 << 10

    init(file: ArtifactFileRecord, url: URL) {
        (name, mimeType, sha256, self.url) = (file.name, file.mimeType, file.sha256, url)
    }

    init(file: FileRecord, url: URL) {
        (name, mimeType, sha256, self.url) = (file.safeName, file.mimeType, file.sha256, url)
    }

    func response() throws -> Response {
        let handle = try FileHandle(forReadingFrom: url)
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 0)
        return Response(status: .ok, headers: headers, body: Self.body(handle, sizeBytes: Int(size)))
    }

    /// Piece by piece, each when the one before has left.
    private static func body(_ handle: FileHandle, sizeBytes: Int) -> ResponseBody {
        ResponseBody(contentLength: sizeBytes) { writer in
            defer { try? handle.close() }
            while let piece = try handle.read(upToCount: pieceBytes), !piece.isEmpty {
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
    }

    /// Many files as one.
    static func response(_ bundle: ArtifactDesk.Bundle, name: String) -> Response {
        response(bundle.handle, bundle.sizeBytes, "application/zip", name)
    }

    /// What was made of the file of this name: "audit.html" is saved as "audit.pdf".
    static func response(_ sheet: PDFPress.Sheet, of name: String) -> Response {
        let stem = name.split(separator: ".").dropLast().joined(separator: ".")
        return response(sheet.handle, sheet.sizeBytes, "application/pdf", (stem.isEmpty ? name : stem) + ".pdf")
    }

    private static func response(_ handle: FileHandle, _ sizeBytes: Int64, _ type: String, _ name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .contentDisposition: disposition(name),
                .contentTypeOptions: "nosniff", .cacheControl: "private, no-store", .referrerPolicy: "no-referrer",
                .crossOriginResourcePolicy: "same-origin",
            ], body: body(handle, sizeBytes: Int(sizeBytes)))
    }

    var headers: HTTPFields {
        var headers: HTTPFields = [
            .contentType: Self.type(mimeType), .contentDisposition: Self.disposition(name),
            .contentTypeOptions: "nosniff", .cacheControl: "private, no-store",
            .contentSecurityPolicy:
                "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
            .referrerPolicy: "no-referrer", .crossOriginResourcePolicy: "same-origin",
        ]
        if let sha256 { headers[.eTag] = "\"\(sha256)\"" }
        return headers
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
