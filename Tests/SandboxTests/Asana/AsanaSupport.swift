import BureauSandbox

/// The demo board, by gid.
enum AsanaDemo {
    static let project = "1208000000000100", builds = "1208000000000200", workspace = "1208000000000001"
    static let task = "1208000000000500", skill = "1208000000000300", report = "1208000000000301"
    static let review = "1208000000000105", intake = "1208000000000101"
    static let jessie = "1208000000000010", jake = "1208000000000011", ana = "1208000000000012"
}

extension ServiceHost {
    /// - Parameter disposition: what follows `name="file"`, when it is not a plain file name.
    func asanaFile(
        to task: String, name: String, _ content: [UInt8], disposition: String? = nil
    ) async throws -> Reply {
        var body = Array("--b1\r\nContent-Disposition: form-data; name=\"parent\"\r\n\r\n\(task)\r\n".utf8)
        let file = disposition ?? "filename=\"\(name)\""
        body += Array("--b1\r\nContent-Disposition: form-data; name=\"file\"; \(file)\r\n".utf8)
        body += Array("Content-Type: text/markdown\r\n\r\n".utf8) + content + Array("\r\n--b1--\r\n".utf8)
        return try await send(
            "POST", "/asana/api/1.0/attachments",
            headers: [
                "Authorization": "Bearer demo-asana-token", "Content-Type": "multipart/form-data; boundary=b1",
            ], bytes: body)
    }

    /// A webhook that leads to the receiver, its handshake and first heartbeat already received.
    func asanaHook(_ filters: JSON = [], on resource: String = AsanaDemo.project) async throws -> (
        gid: String, secret: String
    ) {
        let made = try await asana(
            "POST", "/webhooks",
            ["resource": .string(resource), "target": .string(receiver.url + "/hooks/asana/w1"), "filters": filters])
        _ = await receiver.next(2)
        return (made.json["data"]?["gid"]?.string ?? "", made.json["X-Hook-Secret"]?.string ?? "")
    }

    func asanaTask(_ gid: String) async throws -> JSON {
        try await state("asana")["tasks"]?.array?.first { $0["gid"]?.string == gid } ?? .null
    }
}

extension Receiver.Delivery {
    /// Its events as "action what" and, where there is one, the field.
    var told: [String] {
        (json["events"]?.array ?? []).map { event in
            let what = event["resource"]?["resource_subtype"]?.string ?? event["resource"]?["resource_type"]?.string
            let words = [event["action"]?.string, what, event["change"]?["field"]?.string].compactMap(\.self)
            return words.joined(separator: " ")
        }
    }
}
