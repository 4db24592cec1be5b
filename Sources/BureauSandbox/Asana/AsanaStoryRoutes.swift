import Foundation
import Hummingbird
import NIOCore

extension AsanaStandIn {
    func addStoryRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/tasks/:id/stories") { [self] request, context in
            try await onTask("story.list", request, context) { query, task in
                query.list(task.stories, .story) { render.story($0, on: task) }
            }
        }
        api.post("/tasks/:id/stories") { [self] request, context in
            try await onTask("comment.create", request, context) { query, task in
                let words = try await words(request)
                let story = try change { workspace, now in
                    try workspace.comment(
                        on: task.gid, text: words.text, html: words.html, by: AsanaSeed.jessie.gid, now: now)
                }
                return query.one(render.story(story, on: task), .story, status: 201)
            }
        }
        api.get("/stories/:id") { [self] request, context in
            try await call("story.get", request, context) { query in
                let (story, task) = try look().story(try context.parameters.require("id"))
                return query.one(render.story(story, on: task), .story)
            }
        }
        api.put("/stories/:id") { [self] request, context in
            try await call("comment.update", request, context) { query in
                let gid = try context.parameters.require("id"), words = try await words(request)
                let story = try change { workspace, now in
                    try workspace.edit(gid, text: words.text, html: words.html, by: AsanaSeed.jessie.gid, now: now)
                }
                return query.one(render.story(story, on: try look().story(gid).task), .story)
            }
        }
        api.delete("/stories/:id") { [self] request, context in
            try await call("comment.delete", request, context) { _ in
                let gid = try context.parameters.require("id")
                try change { workspace, now in
                    try workspace.deleteStory(gid, by: AsanaSeed.jessie.gid, now: now)
                }
                return .empty
            }
        }
    }

    /// Plain words or rich text, never both.
    private func words(_ request: Request) async throws -> (text: String, html: String?) {
        let body = try await data(request, AsanaShapes.story)
        let text = body["text"]?.string, html = body["html_text"]?.string
        guard (text == nil) != (html == nil) else {
            throw AsanaRefusal.invalid("Specify either text or html_text, not both")
        }
        return (text ?? "", html)
    }

    func addAttachmentRoutes(to api: RouterGroup<SandboxContext>) {
        api.get("/attachments") { [self] request, context in
            try await call(
                "attachment.list", request, context, subject: FormFields(request.uri.query ?? "")["parent"] ?? ""
            ) {
                query in
                guard let parent = query["parent"] else { throw AsanaRefusal.invalid("parent: Required") }
                let task = try look().task(parent)
                return query.list(task.files, .attachment) { render.file($0, on: task) }
            }
        }
        api.post("/attachments") { [self] request, context in
            try await call("attachment.create", request, context) { query in
                let (parent, draft) = try await upload(request)
                frame.log.note("\(parent) \(draft.name)")
                let file = try change { workspace, now in
                    let file = AsanaFile(
                        gid: workspace.makeGid(now), name: draft.name, mimeType: draft.type, bytes: draft.bytes,
                        created: now, externalURL: draft.url)
                    try workspace.attach(file, to: parent, by: AsanaSeed.jessie.gid, now: now)
                    return file
                }
                // 200, where every other creation answers 201.
                return query.one(render.file(file, on: try look().task(parent)), .attachment)
            }
        }
        api.get("/attachments/:id") { [self] request, context in
            try await call("attachment.get", request, context) { query in
                let (file, task) = try look().file(try context.parameters.require("id"))
                return query.one(render.file(file, on: task), .attachment)
            }
        }
        api.delete("/attachments/:id") { [self] request, context in
            try await call("attachment.delete", request, context) { _ in
                let gid = try context.parameters.require("id")
                try change { workspace, now in try workspace.detach(gid, by: AsanaSeed.jessie.gid, now: now) }
                return .empty
            }
        }
    }

    private struct Upload { var name = "", type = "", bytes: [UInt8] = [], url: String? }

    private func upload(_ request: Request) async throws -> (parent: String, file: Upload) {
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix("multipart/form-data") else {
            throw AsanaRefusal.invalid("Content-Type must be multipart/form-data")
        }
        // Room for the other parts and the lines between them.
        guard let buffer = try? await request.body.collect(upTo: Self.attachmentBytesMax + 65_536) else {
            throw AsanaRefusal(status: 413, message: "The file is too large")
        }
        guard let form = Multipart(contentType: type, body: Array(buffer.readableBytesView)) else {
            throw AsanaRefusal.invalid("Multipart body is malformed")
        }
        func field(_ name: String) -> String? {
            form.parts.first { $0.disposition("name") == name }.map { String(decoding: $0.body, as: UTF8.self) }
        }
        guard let parent = field("parent") else { throw AsanaRefusal.invalid("parent: Required") }
        if field("resource_subtype") == "external" {
            guard let name = field("name"), !name.isEmpty, let url = field("url"), url.hasPrefix("http") else {
                throw AsanaRefusal.invalid("name, url: Required for external attachments")
            }
            return (parent, Upload(name: name, url: url))
        }
        let files = form.parts.filter { $0.disposition("name") == "file" }
        guard files.count == 1, let file = files.first, let name = try Self.fileName(file) else {
            throw AsanaRefusal.invalid("file: Required")
        }
        guard file.body.count <= Self.attachmentBytesMax else {
            throw AsanaRefusal(status: 413, message: "The file is too large")
        }
        let mime = file.headers["content-type"] ?? "application/octet-stream"
        return (parent, Upload(name: name, type: mime, bytes: file.body))
    }

    /// A name outside ASCII has to come URL-encoded.
    private static func fileName(_ part: Multipart.Part) throws(AsanaRefusal) -> String? {
        if let encoded = part.disposition("filename*") {
            guard encoded.lowercased().hasPrefix("utf-8''"),
                let name = String(encoded.dropFirst("utf-8''".count)).removingPercentEncoding, !name.isEmpty
            else { throw .invalid("file: The file name is not encoded well") }
            return name
        }
        guard let name = part.disposition("filename"), !name.isEmpty else { return nil }
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw .invalid("file: Non-ASCII file names must be URL-encoded")
        }
        if let decoded = name.removingPercentEncoding, decoded.utf8.contains(where: { $0 >= 0x80 }) { return decoded }
        return name
    }
}
