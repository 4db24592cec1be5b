import BureauSandbox
import Foundation

extension Installation {
    /// Types into one of a task's fields, as its owner would. Fields are numbered as the board shows them, from 1.
    package func type(_ value: JSON, into field: Int, of task: String) async throws {
        let id = "f1e1d000-0000-4000-8000-0000000000\(field < 10 ? "0" : "")\(field)"
        let answer = try await Web.send(
            "POST", "\(sandboxURL)/clickup/api/v2/task/\(task)/field/\(id)",
            headers: ["authorization": SandboxKeys().clickUp, "content-type": "application/json"],
            body: JSON.object(["value": value]).bytes)
        guard answer.status == 200 else { throw NeverHappened("field \(field) is filled in: \(answer.text)") }
    }
}

extension Installation {
    /// Puts clients on record: a board that names its client in words names nobody else.
    package func keepClients(_ names: [String: String] = ["shamrock-detailing-columbus": "Shamrock Detailing (demo)"])
        async throws
    {
        var files: [String] = []
        for (slug, name) in names.sorted(by: { $0.key < $1.key }) {
            let record: JSON = [
                "client_id": .string(slug), "client_name": .string(name),
                "website_url": .string("https://\(slug).example"),
                "seed_keywords": ["ceramic coating columbus", "interior detailing near me"],
            ]
            let file = folder.appending(path: "client-\(slug).json")
            try record.bytes.write(to: file)
            files.append(file.path)
        }
        let process = try start(["clients", "import"] + files + ["--data", data.path])
        let end = try await process.waitForEnd()
        guard end.status == 0 else { throw NeverHappened("the clients are on record: \(process.text)") }
    }

    /// Has Asana tell the server of a project at once, where the sweep would find the work some seconds later.
    package func hearAsana(_ project: String, at server: RunningServer) async throws {
        let made = try await command(
            "webhooks", "register", "asana", "--project", project, "--endpoint", server.url)
        guard made.status == 0 else { throw NeverHappened("a webhook for \(project): \(made.text)") }
    }
}
