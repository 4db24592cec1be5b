import HTTPTypes
import Hummingbird
import NIOCore

/// The board a person opens: columns by status, a task with everything on it, and a form that moves it.
extension ClickUpStandIn {
    func addPages(to router: Router<SandboxContext>) {
        router.get("/board") { [self] _, _ in
            let workspace = try read { workspace throws(ClickUpRefusal) in workspace }
            return BureauSandbox.page(
                title: "Task board", body: HTML(joining: workspace.lists.map { board($0, workspace) }))
        }
        router.get("/board/:id") { [self] _, context in
            let id = try context.parameters.require("id")
            guard let (task, list) = try? find(id) else { throw HTTPError(.notFound) }
            return BureauSandbox.page(title: task.name, body: detail(task, in: list))
        }
        router.post("/board/:id/status") { [self] request, context in
            try await move(try context.parameters.require("id"), request)
        }
        router.get("/board/:id/files/:file") { [self] _, context in
            let fileID = try context.parameters.require("file")
            let found = try? find(try context.parameters.require("id"))
            guard let file = found?.0.attachments.first(where: { $0.id == fileID }) else {
                throw HTTPError(.notFound)
            }
            return download(file.bytes, name: file.title, type: file.mimeType)
        }
    }

    private func find(_ id: String) throws -> (ClickUpTask, ClickUpList) {
        try read { workspace throws(ClickUpRefusal) in
            let task = try workspace.task(id)
            return (task, try workspace.list(task.listID))
        }
    }

    /// A move by hand: the same change as the API's, made by a person instead of the token's user.
    private func move(_ id: String, _ request: Request) async throws -> Response {
        let form = FormFields(String(buffer: try await request.body.collect(upTo: 4096)))
        do {
            try change { workspace, now throws(ClickUpRefusal) in
                ((), try workspace.setStatus(of: id, to: form["status"] ?? "", by: .boardUser, now: now))
            }
        } catch {
            return BureauSandbox.page(
                title: "Not moved", body: "<p>\(error.message) (\(error.code)).</p>",
                status: .init(code: error.status))
        }
        return Response(status: .seeOther, headers: [.location: "/board/\(id)"])
    }

    private func board(_ list: ClickUpList, _ workspace: ClickUpWorkspace) -> HTML {
        let tasks = workspace.taskOrder.compactMap { workspace.tasks[$0] }.filter { $0.listID == list.id }
        let columns = list.statuses.map { status -> HTML in
            let cards = tasks.filter { $0.status.name == status.name }.map { task -> HTML in
                """
                <article class="card"><a href="/board/\(task.id)">\(task.name)</a>
                <p class="meta"><span class="id">\(task.id)</span> · \(counted(task.comments.count, "comment")) ·
                \(counted(task.attachments.count, "file"))</p></article>
                """
            }
            return """
                <section class="column"><h3>\(status.name) <span class="tag">\(cards.count)</span></h3>
                \(HTML(joining: cards))</section>
                """
        }
        return "<h2>\(list.name)</h2><div class=\"columns\">\(HTML(joining: columns))</div>"
    }

    private func detail(_ task: ClickUpTask, in list: ClickUpList) -> HTML {
        let rows = list.fields.map { field -> HTML in
            "<tr><th scope=\"row\">\(field.name)</th><td>\(lines(ClickUpFieldValue.text(task.values[field.id], of: field)))</td></tr>"
        }
        let comments = task.comments.map { comment -> HTML in
            """
            <article class="message"><p class="meta">\(comment.user.username) ·
            <time>\(SandboxClock.readable(milliseconds: comment.date))</time></p>\(ClickUpComments.html(comment.parts))</article>
            """
        }
        let files = task.attachments.map { file -> HTML in
            """
            <li><a href="/board/\(task.id)/files/\(file.id)" download>\(file.title)</a>
            <span class="meta">\(file.bytes.count) bytes</span></li>
            """
        }
        return """
            <p><a href="/board">Board</a> · \(list.name) · <span class="tag info">\(task.status.name)</span>
            <span class="meta id">\(task.id) \(task.customID ?? "")</span></p>
            <p>\(task.text)</p>
            \(moveForm(task, in: list))
            <h2>Comments</h2>\(HTML.when(comments.isEmpty, "<p>No comments yet.</p>", else: HTML(joining: comments)))
            \(commentForm(task))
            <h2>Files</h2>\(HTML.when(files.isEmpty, "<p>No files yet.</p>", else: "<ul>\(HTML(joining: files))</ul>"))
            <h2>Fields</h2><table><tbody>\(HTML(joining: rows))</tbody></table>
            """
    }

    private func moveForm(_ task: ClickUpTask, in list: ClickUpList) -> HTML {
        let options = list.statuses.map { status -> HTML in
            status.name == task.status.name
                ? "<option selected>\(status.name)</option>" : "<option>\(status.name)</option>"
        }
        return """
            <form method="post" action="/board/\(task.id)/status">
            <label for="status">Status</label>
            <select id="status" name="status">\(HTML(joining: options))</select>
            <button type="submit">Move task</button></form>
            """
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private func lines(_ text: String) -> HTML {
        HTML(joining: text.split(separator: "\n").map { line -> HTML in "\(String(line))<br>" })
    }
}

/// A file as an attachment: never shown by the browser in our own origin.
func download(_ bytes: [UInt8], name: String, type: String) -> Response {
    var response = Response(
        status: .ok, headers: [.contentType: type],
        body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    let plain = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_. ".contains($0)) }
    response.headers[.contentDisposition] =
        "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(FormFields.encoded(name))"
    response.headers[.contentSecurityPolicy] = "sandbox; default-src 'none'"
    response.headers[.xContentTypeOptions] = "nosniff"
    return response
}
