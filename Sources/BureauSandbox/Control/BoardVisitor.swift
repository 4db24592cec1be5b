/// A person at the stand-in board, for the demo and for tests: uses the page's own form, over HTTP.
package struct BoardVisitor: Sendable {
    package struct Refused: Error, CustomStringConvertible {
        package let description: String
    }

    /// The sandbox's address, such as "http://127.0.0.1:8700".
    let base: String
    static let timeoutSeconds: Int64 = 10

    package init(base: String) { self.base = base }

    /// Tells the stand-ins where the product listens.
    package func connect(product url: String) async throws {
        let body = JSON.object(["url": .string(url)]).text
        try await post("/_control/product", type: "application/json", body)
    }

    /// Moves a card by hand, which raises the same events as in the real tool.
    package func move(_ task: String, to status: String) async throws {
        let escaped = status.utf8.map { byte in
            (48...57).contains(byte) || (97...122).contains(byte) || (65...90).contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        try await post("/board/\(task)/status", type: "application/x-www-form-urlencoded", "status=\(escaped)")
    }

    private func post(_ path: String, type: String, _ body: String) async throws {
        let answer = await Outbound.post(base + path, [("content-type", type)], Array(body.utf8), Self.timeoutSeconds)
        guard let answer, (200...399).contains(answer.status) else {
            throw Refused(description: "the stand-in refused \(path): \(answer?.body.prefix(300) ?? "no answer")")
        }
    }
}
