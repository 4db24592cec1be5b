import Foundation
import Hummingbird

/// The arguments of one Slack method, from a JSON or a form body. In a form everything is text: flags, numbers, and
/// objects written as JSON.
struct SlackArguments: Sendable {
    let values: [String: JSON]
    /// The token when it came in the body of a form, where Slack also takes it.
    let token: String?
    /// What Slack remarks on without refusing.
    let warnings: [String]

    subscript(_ name: String) -> JSON? { values[name].flatMap { $0.isNull ? nil : $0 } }
    func string(_ name: String) -> String? { self[name]?.string }
    func flag(_ name: String) -> Bool { self[name]?.bool ?? false }

    /// Throws `invalid_arguments` naming what is unknown, missing, or of the wrong kind.
    init(_ request: Request, bytesMax: Int, shape: BodyShape) async throws {
        let type = request.headers[.contentType]?.lowercased() ?? ""
        let body = try await request.body.collect(upTo: bytesMax)
        var values: [String: JSON], warnings: [String] = []
        if type.hasPrefix("application/json") {
            guard let object = (try? JSON(parsing: body))?.object else { throw SlackRefusal("invalid_json") }
            values = object
            // Objects written as text are taken in JSON bodies too.
            for (name, value) in object {
                if let text = value.string {
                    values[name] = try Self.value(text, name, kind: shape.members[name], isForm: false)
                }
            }
            if !type.contains("charset") { warnings = ["missing_charset"] }
        } else if type.hasPrefix("application/x-www-form-urlencoded") || body.readableBytes == 0 {
            values = [:]
            for (name, text) in FormFields(String(buffer: body)).pairs {
                values[name] = try Self.value(text, name, kind: shape.members[name])
            }
        } else {
            throw SlackRefusal("invalid_post_type")
        }
        token = values.removeValue(forKey: "token")?.string
        self.values = values
        self.warnings = warnings
        if let problem = shape.problem(in: .object(values)) {
            throw SlackRefusal("invalid_arguments", ["[ERROR] \(problem)"])
        }
    }

    private static func value(
        _ text: String, _ name: String, kind: BodyShape.Kind?, isForm: Bool = true
    ) throws -> JSON {
        switch kind {
        case .array, .object: try parsed(text, name)
        case .boolean where isForm: .bool(text == "true" || text == "1")
        case .integer where isForm: Int(text).map { .int($0) } ?? .string(text)
        case .string, .number, .integer, .boolean, .any, .orNull, nil: .string(text)
        }
    }

    private static func parsed(_ text: String, _ name: String) throws -> JSON {
        if let json = try? JSON(parsing: Data(text.utf8)) { return json }
        switch name {
        case "blocks": throw SlackRefusal("invalid_blocks_format")
        case "metadata": throw SlackRefusal("invalid_metadata_format")
        case "attachments": throw SlackRefusal("invalid_attachments")
        default: throw SlackRefusal("invalid_arguments", ["[ERROR] \(name) is not JSON"])
        }
    }
}
