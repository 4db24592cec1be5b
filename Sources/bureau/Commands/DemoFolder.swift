import Foundation

/// Where a demo keeps its things: data, agents, logs, deliveries. Looks like a real installation.
struct DemoFolder: Sendable {
    let root: URL
    var data: URL { root.appendingPathComponent("data") }
    var agents: URL { root.appendingPathComponent("agents") }
    var deliveries: URL { root.appendingPathComponent("deliveries") }
    var serviceAccountPath: String { root.appendingPathComponent("google-service-account.json").path }

    init(path: String?) throws {
        root =
            path.map { URL(fileURLWithPath: $0) }
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("bureau-demo-\(getpid())")
        do {
            try FileManager.default.createDirectory(at: agents, withIntermediateDirectories: true)
            for (name, text) in DemoAgents.all {
                try Data(text.utf8).write(to: agents.appendingPathComponent(name + ".json"))
            }
        } catch {
            throw SetupError(
                "the demo folder \(root.path) cannot be written: \(error.localizedDescription)",
                fix: "name another one: bureau demo --data FOLDER")
        }
    }

    var environment: [String: String] {
        [
            "AGENTS_DIR": agents.path, "DATA_DIR": data.path, "DELIVERY_FOLDER": deliveries.path,
            // The demo's builder is the demo's own script.
            "BUILD_SANDBOXED": "1",
            "SESSION_LOG_DIR": root.appendingPathComponent("logs/sessions").path,
        ]
    }
}
