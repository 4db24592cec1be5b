import HTTPTypes
import Hummingbird
import NIOCore

/// The shared drive a person opens: folders, files, and what is in them.
extension DriveStandIn {
    /// What a browser may show as plain text; the rest is downloaded.
    private static let readable: Set = ["text/plain", "text/markdown", "text/csv", "application/json", "text/html"]

    func addPages(to router: Router<SandboxContext>) {
        router.get("/drive") { [self] _, _ in try folder(DriveTree.rootFolderID) }
        router.get("/drive/folders/:id") { [self] _, context in try folder(try context.parameters.require("id")) }
        router.get("/drive/files/:id") { [self] _, context in try file(try context.parameters.require("id")) }
        router.get("/drive/files/:id/content") { [self] request, context in
            try content(try context.parameters.require("id"), isDownload: request.uri.query == "download")
        }
    }

    private func folder(_ id: String) throws -> Response {
        let tree = try read { tree throws(DriveRefusal) in tree }
        guard let folder = tree.items[id], folder.isFolder else { throw HTTPError(.notFound) }
        let rows = tree.children(of: id).map { item -> HTML in
            let address = item.isFolder ? "/drive/folders/\(item.id)" : "/drive/files/\(item.id)"
            let trashed: HTML = tree.isTrashed(item) ? " <span class=\"tag bad\">in the trash</span>" : ""
            return """
                <tr><td>\(item.isFolder ? "Folder" : "File")</td><td><a href="\(address)">\(item.name)</a>\(trashed)</td>
                <td>\(item.content.map { "\($0.bytes.count) bytes" } ?? "")</td>
                <td><time>\(SandboxClock.readable(milliseconds: item.modified))</time></td></tr>
                """
        }
        let table: HTML = """
            <table><thead><tr><th scope="col">Kind</th><th scope="col">Name</th><th scope="col">Size</th>
            <th scope="col">Changed</th></tr></thead><tbody>\(HTML(joining: rows))</tbody></table>
            """
        return BureauSandbox.page(
            title: folder.name,
            body: "\(crumbs(folder, tree))\(HTML.when(rows.isEmpty, "<p>This folder is empty.</p>", else: table))")
    }

    private func file(_ id: String) throws -> Response {
        let tree = try read { tree throws(DriveRefusal) in tree }
        guard let item = tree.items[id], let content = item.content else { throw HTTPError(.notFound) }
        let text: HTML =
            Self.readable.contains(item.mimeType)
            ? "<pre>\(String(decoding: content.bytes.prefix(1 << 20), as: UTF8.self))</pre>" : ""
        let properties = item.appProperties.sorted { $0.key < $1.key }.map { key, value -> HTML in
            "<tr><th scope=\"row\">\(key)</th><td>\(value)</td></tr>"
        }
        return BureauSandbox.page(
            title: item.name,
            body: """
                \(crumbs(item, tree))
                <p>\(content.bytes.count) bytes · \(item.mimeType) · <a href="/drive/files/\(id)/content">Open</a> ·
                <a href="/drive/files/\(id)/content?download" download>Download</a></p>
                <p class="meta">SHA-256 <span class="id">\(content.sha256)</span></p>
                \(HTML.when(!properties.isEmpty, "<table><tbody>\(HTML(joining: properties))</tbody></table>"))
                \(text)
                """)
    }

    private func content(_ id: String, isDownload: Bool) throws -> Response {
        let tree = try read { tree throws(DriveRefusal) in tree }
        guard let item = tree.items[id], let content = item.content else { throw HTTPError(.notFound) }
        guard !isDownload, Self.readable.contains(item.mimeType) else {
            return download(content.bytes, name: item.name, type: "application/octet-stream")
        }
        // Somebody else's file: shown as plain text, in an origin of its own, never as a page of ours.
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8", .contentSecurityPolicy: "sandbox; default-src 'none'",
                .xContentTypeOptions: "nosniff",
            ], body: .init(byteBuffer: ByteBuffer(bytes: content.bytes)))
    }

    private func crumbs(_ item: DriveItem, _ tree: DriveTree) -> HTML {
        var links: [HTML] = [], next = item.parentID.flatMap { tree.items[$0] }
        while let current = next, current.id != DriveTree.driveID {
            links.append("<a href=\"/drive/folders/\(current.id)\">\(current.name)</a> /")
            next = current.parentID.flatMap { tree.items[$0] }
        }
        return links.isEmpty ? "" : "<p>\(HTML(joining: links.reversed()))</p>"
    }
}
