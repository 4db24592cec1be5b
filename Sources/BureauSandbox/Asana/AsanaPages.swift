import HTTPTypes
import Hummingbird

/// The boards a person opens: columns by section, a task with everything on it, and forms for what people do.
extension AsanaStandIn {
    func addPages(to router: Router<SandboxContext>) {
        router.get("/asana") { [self] _, _ in
            let workspace = look()
            return BureauSandbox.page(
                title: "Asana boards", body: HTML(joining: workspace.projects.map { board($0, workspace) }))
        }
        router.get("/asana/tasks/:id") { [self] _, context in
            guard let task = try? look().task(try context.parameters.require("id")) else { throw HTTPError(.notFound) }
            return BureauSandbox.page(title: task.name, body: detail(task, look()))
        }
        router.get("/asana/tasks/:id/files/:file") { [self] _, context in
            guard let file = try? look().file(try context.parameters.require("file")).file else {
                throw HTTPError(.notFound)
            }
            return download(file.bytes, name: file.name, type: file.mimeType)
        }
        // Where `download_url` leads: for two minutes only.
        router.get("/asana/files/:file") { [self] request, context in
            let until = FormFields(request.uri.query ?? "")["until"].flatMap { Int($0) } ?? 0
            guard now() <= until else { throw HTTPError(.forbidden) }
            guard let file = try? look().file(try context.parameters.require("file")).file else {
                throw HTTPError(.notFound)
            }
            return download(file.bytes, name: file.name, type: file.mimeType)
        }
    }

    private func board(_ project: AsanaProject, _ workspace: AsanaWorkspace) -> HTML {
        let columns = project.sections.map { section -> HTML in
            let cards = workspace.tasks(in: project.gid, section: section.gid).map { task -> HTML in
                """
                <article class="card"><a href="/asana/tasks/\(task.gid)">\(task.name)</a>
                <p class="meta">\(task.assigneeID.map(workspace.name) ?? "Nobody") ·
                \(counted(task.stories.count { $0.isComment }, "comment")) ·
                \(counted(task.files.count, "file"))\(HTML.when(task.completed != nil, " · <span class=\"tag ok\">Completed</span>"))</p>
                </article>
                """
            }
            return """
                <section class="column"><h3>\(section.name) <span class="tag">\(cards.count)</span></h3>
                \(HTML(joining: cards))</section>
                """
        }
        return """
            <h2 id="\(project.gid)">\(project.name)</h2><div class="columns">\(HTML(joining: columns))</div>
            """
    }

    private func detail(_ task: AsanaTask, _ workspace: AsanaWorkspace) -> HTML {
        let places = task.places.compactMap { try? workspace.section($0.sectionID) }.map { place -> HTML in
            "\(place.project.name): <span class=\"tag info\">\(place.section.name)</span>"
        }
        let rows = workspace.fields(of: task).map { field -> HTML in
            let text = AsanaFieldValue.display(task.values[field.gid], of: field, people: workspace.people)
            return "<tr><th scope=\"row\">\(field.name)</th><td>\(text ?? "")</td></tr>"
        }
        let stories = task.stories.map { story($0, workspace) }
        let files = task.files.map { file -> HTML in
            """
            <li><a href="/asana/tasks/\(task.gid)/files/\(file.gid)" download>\(file.name)</a>
            <span class="meta">\(file.bytes.count) bytes</span></li>
            """
        }
        return """
            <p><a href="/asana">Boards</a> · \(HTML(joining: places)) <span class="meta id">\(task.gid)</span></p>
            <p class="meta">Assigned to \(task.assigneeID.map(workspace.name) ?? "nobody")\(HTML.when(task.completed != nil, " · <span class=\"tag ok\">Completed</span>"))</p>
            <p>\(task.notes)</p>
            \(forms(task, workspace))
            <h2>Comments</h2>\(HTML.when(stories.isEmpty, "<p>No comments yet.</p>", else: HTML(joining: stories)))
            \(commentForm(task, workspace))
            <h2>Files</h2>\(HTML.when(files.isEmpty, "<p>No files yet.</p>", else: "<ul>\(HTML(joining: files))</ul>"))
            <h2>Fields</h2><table><tbody>\(HTML(joining: rows))</tbody></table>
            """
    }

    private func story(_ story: AsanaStory, _ workspace: AsanaWorkspace) -> HTML {
        let time = SandboxClock.readable(milliseconds: story.created)
        guard story.isComment else { return "<p class=\"meta\">\(story.text) · <time>\(time)</time></p>" }
        // What was stored was read before, so reading it again cannot fail; plain words have no markup.
        let markup = story.html.flatMap { try? AsanaMarkup($0) }
        let name: (String) -> String? = { gid in workspace.people.first { $0.gid == gid }?.name }
        return """
            <article class="message"><p class="meta">\(workspace.name(story.authorID)) · <time>\(time)</time>\(HTML.when(story.isEdited, " · edited"))</p>
            \(markup.map { $0.page(name) } ?? "<p>\(story.text)</p>")</article>
            """
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
