import Hummingbird
import NIOCore

/// The channels a person opens: messages with their blocks, threads and files, and buttons that really press.
extension SlackStandIn {
    func addPages(to router: Router<SandboxContext>) {
        router.get("/channels") { [self] _, _ in
            let workspace = try read { workspace throws(SlackRefusal) in workspace }
            let sections = workspace.channels.filter { $0.isMember || !$0.isPrivate }.map { section($0, workspace) }
            return BureauSandbox.page(title: "Channels", body: HTML(joining: sections))
        }
        router.get("/channels/files/:id") { [self] _, context in
            let id = try context.parameters.require("id")
            let file = try read { workspace throws(SlackRefusal) in workspace.files[id] }
            guard let file, case .shared(let bytes) = file.stage else { throw HTTPError(.notFound) }
            return download(bytes, name: file.name, type: "application/octet-stream")
        }
        router.post("/channels/click") { [self] request, _ in
            let form = FormFields(String(buffer: try await request.body.collect(upTo: 4096)))
            do {
                let answer = try await click(
                    channelID: form["channel"] ?? "", ts: form["ts"] ?? "", actionID: form["action_id"] ?? "",
                    userID: form["user"] ?? "")
                guard answer["status"]?.int.map({ (200...299).contains($0) }) == true else {
                    return notTaken("Bureau answered \(answer["status"]?.text ?? "nothing").")
                }
                return Response(status: .seeOther, headers: [.location: "/channels#\(form["channel"] ?? "")"])
            } catch let refusal as SlackRefusal {
                return notTaken(refusal.code)
            }
        }
    }

    private func notTaken(_ why: String) -> Response {
        BureauSandbox.page(title: "The press was not taken", body: "<p>\(why)</p>", status: .badGateway)
    }

    private func section(_ channel: SlackChannel, _ workspace: SlackWorkspace) -> HTML {
        let all = workspace.messages.filter { $0.channelID == channel.id }
        let top = all.filter { $0.threadTS == nil || $0.isBroadcast || $0.threadTS == $0.ts }
        let messages = top.map { parent -> HTML in
            let replies = all.filter { $0.threadTS == parent.ts && $0.ts != parent.ts }
            let thread = HTML(joining: replies.map { message($0, workspace) })
            return
                "\(message(parent, workspace))\(HTML.when(!replies.isEmpty, "<div class=\"thread\">\(thread)</div>"))"
        }
        let mark: HTML = channel.isArchived ? " <span class=\"tag\">closed</span>" : ""
        return """
            <section id="\(channel.id)"><h2>#\(channel.name)\(mark)</h2>
            <p class="meta">\(channel.topic) · <span class="id">\(channel.id)</span></p>
            \(HTML.when(messages.isEmpty, "<p>Nothing has been posted.</p>", else: HTML(joining: messages)))</section>
            """
    }

    private func message(_ message: SlackMessage, _ workspace: SlackWorkspace) -> HTML {
        let author = workspace.users.first { $0.id == message.userID }?.realName ?? message.userID
        let view = SlackMessageView(
            mrkdwn: Mrkdwn(users: workspace.users, channels: workspace.channels), message: message,
            people: workspace.users.filter { !$0.isBot })
        let only = message.onlyFor.map { id in workspace.users.first { $0.id == id }?.realName ?? id }
        let files = message.fileIDs.compactMap { workspace.files[$0] }.map { file -> HTML in
            "<li><a href=\"/channels/files/\(file.id)\" download>\(file.title)</a> <span class=\"meta\">\(file.byteCount) bytes</span></li>"
        }
        return """
            <article class="message"><p class="meta"><strong>\(author)</strong> · <span class="id">\(message.ts)</span>
            \(HTML.when(message.edited != nil, "<span class=\"tag\">edited</span>"))
            \(only.map { "<span class=\"tag wait\">only for \($0)</span>" as HTML } ?? "")</p>
            \(view.body)\(HTML.when(!files.isEmpty, "<ul>\(HTML(joining: files))</ul>"))</article>
            """
    }
}

/// One message's blocks as a page shows them.
struct SlackMessageView {
    let mrkdwn: Mrkdwn, message: SlackMessage, people: [SlackUser]

    var body: HTML {
        message.blocks.isEmpty ? "<p>\(mrkdwn.html(message.text))</p>" : HTML(joining: message.blocks.map(block))
    }

    private func block(_ block: JSON) -> HTML {
        let elements = block["elements"]?.array ?? []
        switch block["type"]?.string {
        case "header": return "<h3>\(block["text"]?["text"]?.string ?? "")</h3>"
        case "divider": return "<hr>"
        case "section":
            let fields = (block["fields"]?.array ?? []).map { "<div>\(text($0))</div>" as HTML }
            let grid: HTML = fields.isEmpty ? "" : "<div class=\"columns\">\(HTML(joining: fields))</div>"
            return
                "\(block["text"].map { "<p>\(text($0))</p>" as HTML } ?? "")\(grid)\(block["accessory"].map(element) ?? "")"
        case "context":
            return
                "<p class=\"meta\">\(HTML(joining: elements.map { $0["alt_text"]?.string.map { "[\($0)]" as HTML } ?? text($0) }))</p>"
        case "actions": return HTML(joining: elements.map(element))
        case "markdown": return "<pre>\(block["text"]?.string ?? "")</pre>"
        case "image": return "<p class=\"meta\">[image: \(block["alt_text"]?.string ?? "")]</p>"
        default: return "<pre>\(block.text)</pre>"
        }
    }

    private func text(_ object: JSON) -> HTML {
        let text = object["text"]?.string ?? ""
        return object["type"]?.string == "plain_text" ? "\(text)" : mrkdwn.html(text)
    }

    /// A link for a link button, a form for any other button: pressing it signs and sends a real interaction.
    private func element(_ element: JSON) -> HTML {
        let label = element["text"]?["text"]?.string ?? "?"
        if let url = element["url"]?.string, url.hasPrefix("http") {
            return "<p><a href=\"\(url)\" rel=\"noreferrer\">\(label)</a></p>"
        }
        guard element["type"]?.string == "button", let action = element["action_id"]?.string else {
            return "<pre>\(element.text)</pre>"
        }
        let options = people.map { "<option value=\"\($0.id)\">\($0.realName)</option>" as HTML }
        return """
            <form method="post" action="/channels/click">
            <input type="hidden" name="channel" value="\(message.channelID)">
            <input type="hidden" name="ts" value="\(message.ts)"><input type="hidden" name="action_id" value="\(action)">
            <label>As <select name="user">\(HTML(joining: options))</select></label>
            <button type="submit">\(label)</button></form>
            """
    }
}
