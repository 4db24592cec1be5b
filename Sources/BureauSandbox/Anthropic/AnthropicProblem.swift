import HTTPTypes
import Hummingbird

/// A refusal in the vendor's shape.
struct AnthropicProblem: Error {
    let status: Int
    let type: String
    let message: String

    init(_ status: Int, _ message: String, type: String? = nil) {
        (self.status, self.message, self.type) = (status, message, type ?? VendorFault.anthropicType(status))
    }

    static func invalid(_ message: String) -> AnthropicProblem { AnthropicProblem(400, message) }
    static func missing(_ what: String) -> AnthropicProblem { AnthropicProblem(404, "\(what) was not found.") }

    func response(requestID: String) -> Response {
        .json(
            [
                "type": "error", "request_id": .string(requestID),
                "error": ["type": .string(type), "message": .string(message)],
            ],
            status: .init(code: status))
    }
}
