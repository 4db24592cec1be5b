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
