import ArgumentParser
import BureauDomain
import BureauEngine
import BureauVendors
import BureauWeb
import Foundation

struct WebhooksTriggerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trigger",
        abstract: "Send the server what ClickUp would send, signed with the agent's own secret.",
        discussion: """
            bureau webhooks trigger clickup.taskStatusUpdated --agent sentinel --task 86cfull01

            The run that starts is a real one: it reads the task, and the task's status must be the trigger status.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "The event: clickup.taskStatusUpdated.") var event: String
    @Option(help: "The agent it is sent to.") var agent: String
    @Option(help: "The task it is about, by id.") var task: String
    @Option(help: "The new status; the agent's trigger status by default.") var status: String?
    @Option(help: "The list the task is in; the agent's own by default.") var list: String?
    @Option(help: "Id of the change, to send the same event again.") var change: String?
    @Option(help: "Address of the server, in place of the one the settings tell.") var url: String?

    static let events = ["clickup.taskStatusUpdated"]

    func validate() throws {
        guard !Self.events.contains(event) else { return }
        let near = NearestKey.nearest(to: event, in: Self.events).map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError(
            "There is no event '\(PlainLine.of(event))' to send; choose from \(Self.events.joined(separator: ", ")).\(near)"
        )
    }

    func run() async throws {
        try await Terminal.guarded {
            let settings = try common.settings()
            let (_, loaded) = try AgentFolder(settings).agent(agent)
            let secret = try await secret(settings, loaded.config)
            let body = try body(loaded.config)
            let path = "/webhook/\(loaded.config.name)"
            let request = VendorRequest(
                vendor: .clickUp, operation: "POST \(path)", method: .post, url: (url ?? settings.localURL) + path,
                headers: [
                    "content-type": "application/json",
                    "x-signature": ClickUpSignature.header(for: body, secret: secret),
                ], body: .bytes(body), timeoutSeconds: 30)
            try await send(request, path: path)
        }
    }

    /// As the server would believe it: the secret of the agent's account, else that of its newest registered webhook.
    private func secret(_ settings: Settings, _ config: AgentConfig) async throws -> Secret {
        let account = try await account(settings, config)
        if let secret = account.clickUpWebhookSecret { return secret }
        if FileManager.default.fileExists(atPath: settings.databasePath) {
            let kept = try await Records.with(settings) { records in
                try await WebhookSecrets.newest(
                    records.database, agent: config.name, under: SealingKey.load(settings.dataFolder))
            }
            if let kept { return kept }
        }
        throw SetupError(
            "no secret of a webhook of \(config.name) is known, so the event cannot be signed",
            fix: "bureau webhooks register clickup --agent \(config.name), or set "
                + "\(account.place("CLICKUP_WEBHOOK_SECRET")), for the server too")
    }

    private func account(_ settings: Settings, _ config: AgentConfig) async throws -> VendorAccount {
        guard let name = config.credentials else { return VendorAccount(own: Connections(), settings) }
        let transport = HTTPTransport()
        let sets = Result { try Connector(settings: settings, transport: transport).credentialSets(Connections()) }
        await transport.shutdown()
        guard let set = try sets.get()[name] else {
            throw SetupError(
                "the credentials \"\(name)\" of \(config.name) are not configured",
                fix: "add them to \(settings.credentialsFile.path)")
        }
        return VendorAccount(set)
    }

    private func send(_ request: VendorRequest, path: String) async throws {
        let transport = HTTPTransport()
        let clock = ContinuousClock()
        let start = clock.now
        let result: VendorResponse
        do {
            result = try await transport.send(request)
            await transport.shutdown()
        } catch {
            await transport.shutdown()
            throw SetupError(
                "no server answered at \(request.url)",
                fix: "start it with bureau serve, or name its address with --url", exitCode: ExitStatus.unreachable)
        }
        let took = (clock.now - start) / .milliseconds(1)
        let answer = (try? BureauDomain.JSONValue.parse(result.body)) ?? .null
        try output.print(
            .made([
                ("status", .whole(result.status)), ("milliseconds", .whole(Int(took.rounded()))), ("answer", answer),
            ])
        ) {
            Terminal.say("POST \(path)  \(result.status)  \(Int(took.rounded())) ms  signed X-Signature")
            Terminal.say(Self.sentence(answer))
        }
        if !(200...299).contains(result.status) { throw ExitCode(ExitStatus.failed) }
    }

    static func sentence(_ answer: BureauDomain.JSONValue) -> String {
        func field(_ name: String) -> String { PlainLine.of(answer[name]?.string ?? "") }
        switch field("verdict") {
        case "run": return "run \(field("run")) queued  (the same event again: 200, already processed, same run)"
        case "duplicate": return "already processed: run \(field("run"))"
        case "":
            return answer["error"]?.string.map { "refused: \(PlainLine.of($0))" }
                ?? "an answer bureau serve does not give"
        case let verdict: return "\(verdict): \(field("reason"))"
        }
    }

    /// As ClickUp writes it: the fields bureau reads, and those around them. (ClickUp API v2, webhook payloads.)
    private func body(_ config: AgentConfig) throws -> [UInt8] {
        let trigger = config.triggers.clickUp
        guard let status = status ?? trigger?.status else {
            throw SetupError(
                "\(config.name) is not started by ClickUp",
                fix: "set triggers.clickup_webhook in its file, or name a --status")
        }
        let now = Doors.system.now()
        let list = list ?? trigger.flatMap { $0.listID.hasPrefix("<") ? nil : $0.listID }
        let item: BureauDomain.JSONValue = .made([
            ("id", .string(change ?? Doors.system.makeID())), ("type", 1), ("date", .string(String(now))),
            ("field", "status"), ("parent_id", .text(list)), ("data", .made([("status_type", "custom")])),
            ("source", .null), ("user", .made([("id", 0), ("username", .string(Person.name))])),
            ("before", .made([("status", "to do")])), ("after", .made([("status", .string(status.lowercased()))])),
        ])
        let event: BureauDomain.JSONValue = .made([
            ("event", "taskStatusUpdated"), ("history_items", .array([item])), ("task_id", .string(task)),
            ("webhook_id", "bureau-webhooks-trigger"),
        ])
        return Array(event.compact.utf8)
    }
}

extension Settings {
    /// Where a command on this machine reaches the server.
    var localURL: String {
        switch address {
        case .unixSocket(let path):
            let escaped = path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? path
            return "http+unix://\(escaped)"
        case .host(let host, let port):
            let isAny = ["0.0.0.0", "::", "[::]"].contains(host)
            let name = isAny ? "127.0.0.1" : host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
            return "http://\(name):\(port)"
        }
    }
}
