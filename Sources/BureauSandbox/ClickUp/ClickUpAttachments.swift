import Foundation
import Hummingbird

extension ClickUpStandIn {
    /// Takes one file. The same upload twice makes two files, as at the vendor.
    func attach(_ id: String, _ request: Request) async throws -> JSON {
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix("multipart/form-data") else {
            throw ClickUpRefusal.invalid("Content-Type must be multipart/form-data")
        }
        let buffer = try await request.body.collect(upTo: Self.attachmentBytesMax)
        guard let form = Multipart(contentType: type, body: Array(buffer.readableBytesView)) else {
            throw ClickUpRefusal.invalid("Multipart body is malformed")
        }
        let files = form.parts.filter { ["attachment", "attachment[0]"].contains($0.disposition("name")) }
        guard files.count == 1, let file = files.first, let title = file.disposition("filename"), !title.isEmpty else {
            throw ClickUpRefusal(status: 400, message: "No attachment provided", code: "ATTCH_039")
        }
        let dot = title.lastIndex(of: ".")
        let fileExtension = dot.map { String(title[title.index(after: $0)...]) }
        let attachment = try change { workspace, now throws(ClickUpRefusal) in
            let attachment = ClickUpAttachment(
                id: "\(UUID().uuidString.lowercased()).\(fileExtension ?? "bin")", title: title,
                fileExtension: fileExtension, mimeType: file.headers["content-type"] ?? "application/octet-stream",
                bytes: file.body, date: now)
            try workspace.attach(attachment, to: id)
            return (attachment, [])
        }
        return [
            "id": .string(attachment.id), "version": "0", "date": .int(attachment.date),
            "title": .string(attachment.title), "extension": .text(attachment.fileExtension),
            "thumbnail_small": nil, "thumbnail_large": nil, "url": .string(render.url(of: attachment, taskID: id)),
        ]
    }
}
