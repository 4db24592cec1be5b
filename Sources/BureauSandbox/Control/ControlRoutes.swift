import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// How tests and people steer the sandbox. JSON, no credential: it listens on loopback only.
struct ControlRoutes: Sendable {
    let frame: SandboxFrame
    let standIns: [any StandIn]

    func addRoutes(to router: Router<SandboxContext>) {
        let control = router.group("/_control")
        control.get("/state") { _, _ in Response.json(await state()) }
        control.get("/log") { request, _ in Response.json(log(request)) }
        control.get("/faults") { _, _ in Response.json(faults()) }
        control.post("/faults") { request, context in try await addFaults(request, context) }
        control.delete("/faults") { _, _ in
            frame.faults.clear()
            return Response.json(["ok": true])
        }
        control.post("/reset") { _, _ in
            frame.faults.clear()
            frame.log.clear()
            for standIn in standIns { await standIn.reset() }
            return Response.json(["ok": true])
        }
        control.post("/product") { request, context in try await setProduct(request, context) }
        control.post("/stop") { _, _ in
            frame.background.start { [readiness = frame.readiness] in await readiness.stop() }
            return Response.json(["ok": true])
        }
    }

    func state() async -> JSON {
        var members: [String: JSON] = ["product_url": JSON(frame.productURL), "base_url": .string(frame.baseURL)]
        for standIn in standIns { members[standIn.name] = await standIn.state() }
        return .object(members)
    }

    /// `?vendor=`, `?operation=` and `?after=` (an entry's number) narrow it down.
    private func log(_ request: Request) -> JSON {
        let query = request.uri.queryParameters
        let after = query["after"].flatMap { Int($0) } ?? 0
        let entries = frame.log.entries.filter { entry in
            entry.number > after
                && (query["vendor"].map { entry.vendor == $0 } ?? true)
                && (query["operation"].map { entry.operation == $0 } ?? true)
        }
        return ["entries": .array(entries.map(\.json))]
    }

    private func faults() -> JSON { ["rules": .array(frame.faults.entries.map(\.json))] }

    /// Takes one rule or a list of rules: all or none.
    private func addFaults(_ request: Request, _ context: SandboxContext) async throws -> Response {
        let body = try await request.json(context)
        do {
            let rules = try (body.array ?? [body]).map { try FaultRule($0) }
            for rule in rules { try frame.faults.add(rule) }
        } catch let problem as FaultRule.Invalid {
            return .json(["error": .string(problem.description)], status: .badRequest)
        }
        return .json(faults())
    }

    private func setProduct(_ request: Request, _ context: SandboxContext) async throws -> Response {
        guard let url = try await request.json(context)["url"]?.string, url.hasPrefix("http") else {
            return .json(
                ["error": "“url” is the product's address, such as http://127.0.0.1:8080."], status: .badRequest)
        }
        frame.productURL = url
        return .json(["ok": true])
    }
}

extension Request {
    /// The body as JSON; 400 with a sentence when it is none, 413 when it is too large.
    func json(_ context: SandboxContext) async throws -> JSON {
        let body = try await body.collect(upTo: context.maxUploadSize)
        guard let json = try? JSON(parsing: body) else {
            throw HTTPError(.badRequest, message: "The body is not JSON.")
        }
        return json
    }
}

extension RequestLog.Entry {
    var json: JSON {
        [
            "number": .int(number), "time": .string(time.sandboxTimestamp), "vendor": .string(vendor),
            "operation": .string(operation), "method": .string(method), "path": .string(path),
            "subject": .string(subject), "outcome": .string(outcome),
        ]
    }
}

extension FaultPlan.Entry {
    var json: JSON {
        [
            "vendor": .string(rule.vendor), "operation": .string(rule.operation), "subject": JSON(rule.subject),
            "skip": .int(rule.skip), "times": .int(rule.times), "percent": .int(rule.percent),
            "do": .string(rule.action.text),
            "pid": rule.pid.map { .int(Int($0)) } ?? .null, "passed": .int(passed), "struck": .int(struck),
        ]
    }
}
