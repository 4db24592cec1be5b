import Foundation
import Hummingbird

extension SlackStandIn {
    func promiseUpload(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        guard let name = arguments.string("filename"), !name.isEmpty, let length = arguments["length"]?.int, length > 0
        else { throw SlackRefusal("invalid_arguments", ["[ERROR] filename and a length above 0 are required"]) }
        guard length <= Self.fileBytesMax else { throw "file_upload_size_restricted" }
        guard (arguments.string("alt_txt")?.count ?? 0) <= 1000 else { throw "alt_txt_too_large" }
        let ticket = UUID().uuidString.lowercased()
        let file = try change { workspace, now throws(SlackRefusal) in
            workspace.promiseFile(name: name, byteCount: length, ticket: ticket, now: now)
        }
        return [
            "upload_url": .string("\(frame.baseURL)/slack/upload/v1/\(ticket)"), "file_id": .string(file.id),
        ]
    }

    /// Step two: the bytes, raw or as one multipart part. Exactly as many as announced, and no token.
    func upload(_ request: Request, _ context: SandboxContext) async throws -> Response {
        let ticket = try context.parameters.require("ticket")
        guard request.headers[.authorization] == nil else { throw HTTPError(.badRequest, message: "No token here.") }
        let body = Array(try await request.body.collect(upTo: Self.fileBytesMax + 4096).readableBytesView)
        var bytes = body
        if let type = request.headers[.contentType], type.lowercased().hasPrefix("multipart/form-data") {
            guard let form = Multipart(contentType: type, body: body), form.parts.count == 1 else {
                throw HTTPError(.badRequest, message: "One part is expected.")
            }
            bytes = form.parts[0].body
        }
        let isStored = try change { workspace, _ throws(SlackRefusal) in
            workspace.storeFile(ticket: ticket, bytes: bytes)
        }
        guard isStored else { throw HTTPError(.badRequest, message: "Unknown upload, or not the announced length.") }
        return .bytes("OK - \(bytes.count)", type: "text/plain")
    }

    func completeUpload(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let wanted = (arguments["files"]?.array ?? []).compactMap { entry in
            entry["id"]?.string.map { (id: $0, title: entry["title"]?.string) }
        }
        guard !wanted.isEmpty, wanted.count == arguments["files"]?.array?.count else {
            throw SlackRefusal("invalid_arguments", ["[ERROR] files needs at least one id"])
        }
        let blocks = arguments["blocks"]?.array ?? []
        try SlackBlocks.check(blocks)
        let files = try change { workspace, now throws(SlackRefusal) in
            // The place is checked first: a refused share leaves the files waiting.
            if let channelID = arguments.string("channel_id") {
                let channel = try workspace.channel(channelID)
                guard channel.isMember else { throw "not_in_channel" }
                if channel.isArchived { throw "is_archived" }
            }
            let files = try workspace.completeFiles(wanted)
            guard let channelID = arguments.string("channel_id") else { return files }
            var draft = SlackDraft(channel: channelID, text: arguments.string("initial_comment") ?? "")
            draft.blocks = blocks
            draft.threadTS = arguments.string("thread_ts")
            draft.fileIDs = files.map(\.id)
            _ = try workspace.post(draft, as: SlackWorkspace.botUserID, now: now)
            return files
        }
        return ["files": .array(files.map(render))]
    }

    func fileInfo(_ arguments: SlackArguments) throws(SlackRefusal) -> JSON {
        let (file, messages) = try read { workspace throws(SlackRefusal) in
            guard let file = workspace.files[arguments.string("file") ?? ""], case .shared = file.stage else {
                throw "file_not_found"
            }
            return (file, workspace.messages.filter { $0.fileIDs.contains(file.id) })
        }
        var shares: [String: JSON] = [:]
        for message in messages { shares[message.channelID] = [["ts": .string(message.ts)]] }
        var rendered = render(file)
        rendered["shares"] = ["public": .object(shares)]
        return ["file": rendered]
    }

    private func render(_ file: SlackFile) -> JSON {
        [
            "id": .string(file.id), "name": .string(file.name), "title": .string(file.title),
            "size": .int(file.byteCount), "permalink": .string("\(frame.baseURL)/channels/files/\(file.id)"),
            "url_private": .string("\(frame.baseURL)/channels/files/\(file.id)"),
        ]
    }
}
