import HTTPTypes
import Hummingbird
import NIOCore

/// Runs one vendor operation: logs it, lets a due fault strike, and otherwise performs it.
///
/// Every route of every stand-in goes through here, so the log is complete and any call can be made to fail.
/// - Parameter subject: a few words for the log on what the call is about; `RequestLog.note` can say it later.
func standIn(
    _ vendor: String, _ operation: String, _ request: Request, _ context: SandboxContext, subject: String = "",
    perform: () async throws -> Response
) async throws -> Response {
    guard let frame = context.frame else { return try await perform() }
    let entry = frame.log.open(
        vendor, operation, method: request.method.rawValue, path: request.uri.string, subject: subject)
    let rule = frame.faults.strike(vendor: vendor, operation: operation, subject: subject)
    do {
        let stroke = rule.map { FaultStroke(rule: $0, vendor: vendor, context: context) }
        let response = try await RequestLog.$current.withValue(entry) {
            if let stroke { try await stroke.answer(perform) } else { try await perform() }
        }
        let status = String(response.status.code)
        frame.log.close(entry, outcome: rule.map { "\(status) \($0.action.text)" } ?? status)
        return response
    } catch {
        let outcome = (error as? any HTTPResponseError).map { String($0.status.code) } ?? "error"
        frame.log.close(entry, outcome: rule.map { "\(outcome) \($0.action.text)" } ?? outcome)
        throw error
    }
}
