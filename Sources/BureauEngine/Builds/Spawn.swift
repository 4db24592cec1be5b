import CProcess
import Foundation

/// Starts a process that outlives whoever starts it and inherits nothing: no descriptor, no signal setting, no variable.
///
/// swift-subprocess ends its children with the task that awaits them and reads their output through pipes; a builder
/// must go on, and its output be kept, when the server is killed.
enum Spawn {
    struct Request {
        var command: [String]
        var environment: [String: String]
        var folder: String
        /// Appended to; "/dev/null" for nothing.
        var output: String
        var errors: String
        /// A session of its own rather than a process group.
        var startsSession: Bool
    }

    static func start(_ request: Request) throws -> Int32 {
        var pid: pid_t = 0
        let failure = withCStrings(request.command) { arguments in
            withCStrings(request.environment.map { "\($0.key)=\($0.value)" }.sorted()) { environment in
                withCStrings([request.command[0], request.folder, request.output, request.errors]) { texts in
                    guard let program = texts[0], let folder = texts[1], let output = texts[2], let errors = texts[3]
                    else { return ENOMEM }
                    var described = cprocess_request(
                        program: program, arguments: arguments, environment: environment, folder: folder,
                        output: output, errors: errors, starts_session: request.startsSession ? 1 : 0)
                    return cprocess_start(&described, &pid)
                }
            }
        }
        guard failure == 0 else {
            throw BuildProblem(description: "cannot start \(request.command[0]): \(String(cString: strerror(failure)))")
        }
        return pid
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        var pointers = texts.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress!) }
    }
}
