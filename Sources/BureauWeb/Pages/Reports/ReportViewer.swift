import BureauDomain
import BureauEngine
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Files of reports. Whoever wrote them, they are strangers here: what is shown is shown in a frame, by an answer of
/// its own that runs no script, sends nothing and opens nothing, even when somebody opens it alone.
struct ReportViewer: Sendable {
    let house: WebHouse

    var routes: [Route] {
        [
            .page("/reports/:id/files/:name", .viewer, .report) { try await page($0) },
            .page("/reports/:id/files/:name/content", .viewer, .report) { try await content($0) },
            .page("/reports/:id/files/:name/download", .viewer, .report) { web in
                let (file, url) = try await find(web)
                return try ReportArtifactFile(file: file, url: url).response()
            },
            .page("/reports/:id/files/:name/pdf", .viewer, .report) { web in
                let name = web.parameter("name").removingPercentEncoding ?? ""
                let sheet = try await house.pdfs.pdf(name, of: try web.theReport().id)
                return ReportArtifactFile.response(sheet, of: name)
            },
        ]
    }

    /// How a file is shown, by the ending of the name we keep it under. What the session called it counts for nothing.
    enum Kind: Sendable, Hashable {
        case html, svg, markdown, table(Character), json, text, pdf
        case picture(String)

        static func of(_ name: String) -> Kind? {
            switch name.split(separator: ".").last.map({ $0.lowercased() }) ?? "" {
            case "html", "htm": .html
            case "svg": .svg
            case "md", "markdown": .markdown
            case "csv": .table(",")
            case "tsv": .table("\t")
            case "json": .json
            case "txt", "log", "diff", "patch": .text
            case "pdf": .pdf
            case "png": .picture("image/png")
            case "jpg", "jpeg": .picture("image/jpeg")
            case "gif": .picture("image/gif")
            case "webp": .picture("image/webp")
            default: nil
            }
        }
    }

    static let contentSecurityPolicy =
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
        + "base-uri 'none'; frame-ancestors 'self'"
    /// The browser's own viewer does not start in a sandbox; it is a program apart, and has no way to our pages.
    static let pdfContentSecurityPolicy =
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
        + "frame-ancestors 'self'"

    /// Where a file of a report is shown, by its name.
    static func address(_ report: String, _ name: String, _ way: String = "") -> String {
        "/reports/\(report)/files/\(WebRequest.escaped(name))" + (way.isEmpty ? "" : "/\(way)")
    }

    static func frame(_ report: String, _ file: ArtifactFileRecord) -> Frame? {
        Kind.of(file.name).map { kind in
            Frame(
                title: "Content of \(file.name)", address: address(report, file.name, "content"),
                download: address(report, file.name, "download"), isSandboxed: kind != .pdf)
        }
    }

    private func find(_ web: WebRequest) async throws -> (ArtifactFileRecord, URL) {
        let name = web.parameter("name").removingPercentEncoding ?? ""
        return try await house.reports.file(name, of: web.theReport().id)
    }

    private func page(_ web: WebRequest) async throws -> Response {
        let report = try web.theReport()
        let (file, _) = try await find(web)
        var page = Page(title: file.name, heading: file.name)
        page.crumbs = [
            Link(word: "Reports", address: "/reports/"),
            Link(word: house.words(report).title, address: "/reports/\(report.id)/"),
            Link(word: file.name),
        ]
        page.lead = "\(Words.bytes(file.sizeBytes)) · SHA-256 \(file.sha256)"
        page.blocks = [Self.block(report.id, file)]
        return try await house.page(page, web)
    }

    /// The frame, or why there is none.
    static func block(_ report: String, _ file: ArtifactFileRecord) -> Block {
        if let frame = frame(report, file) { return Block(frame: frame) }
        return Block(
            callout: Callout(
                tone: "info", title: "Files of this kind are not shown here.",
                link: Link(word: "Download", address: address(report, file.name, "download"))))
    }

    private func content(_ web: WebRequest) async throws -> Response {
        let (file, url) = try await find(web)
        let kind = Kind.of(file.name)
        guard let kind else { return try ReportArtifactFile(file: file, url: url).response() }
        func read() throws -> [UInt8]? {
            guard file.sizeBytes <= ReportSheet.bytesMax else { return nil }
            return Array(try Data(contentsOf: url))
        }
        switch kind {
        case .html: return try stream(file, url, "text/html; charset=utf-8", Self.contentSecurityPolicy)
        case .svg: return try stream(file, url, "image/svg+xml", Self.contentSecurityPolicy)
        case .picture(let type): return try stream(file, url, type, Self.contentSecurityPolicy)
        case .pdf: return try stream(file, url, "application/pdf", Self.pdfContentSecurityPolicy)
        case .markdown, .table, .json, .text:
            let sheet = try read().map { Self.sheet(kind, $0, file.name) } ?? Self.tooLarge(file)
            return Response(
                status: .ok, headers: Self.headers("text/html; charset=utf-8", Self.contentSecurityPolicy),
                body: .init(byteBuffer: ByteBuffer(string: sheet.html)))
        }
    }

    private static func sheet(_ kind: Kind, _ bytes: [UInt8], _ title: String) -> ReportSheet {
        let text = String(decoding: bytes, as: UTF8.self)
        return switch kind {
        case .markdown: .markdown(text, title: title)
        case .table(let separator): .table(text, separator: separator, title: title)
        case .json: .json(bytes, title: title)
        case .html, .svg, .text, .pdf, .picture: .text(text, title: title)
        }
    }

    private static func tooLarge(_ file: ArtifactFileRecord) -> ReportSheet {
        ReportSheet(
            title: file.name,
            note: "This file is \(Words.bytes(file.sizeBytes)), and at most \(Words.bytes(Int64(ReportSheet.bytesMax)))"
                + " are shown here. Download it instead.", pieces: [])
    }

    private func stream(_ file: ArtifactFileRecord, _ url: URL, _ type: String, _ policy: String) throws -> Response {
        var response = try ReportArtifactFile(file: file, url: url).response()
        response.headers = Self.headers(type, policy)
        response.headers[.eTag] = "\"\(file.sha256)\""
        return response
    }

    static func headers(_ type: String, _ policy: String) -> HTTPFields {
        [
            .contentType: type, .contentDisposition: "inline", .contentTypeOptions: "nosniff",
            .cacheControl: "private, no-store", .contentSecurityPolicy: policy, .referrerPolicy: "no-referrer",
            .crossOriginResourcePolicy: "same-origin", .dnsPrefetchControl: "off",
        ]
    }
}

extension HTTPField.Name {
    static let dnsPrefetchControl = HTTPField.Name("X-DNS-Prefetch-Control") ?? .via
}
