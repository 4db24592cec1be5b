import Foundation

/// The `bureau` that was built together with these tests.
package enum ProductBinary {
    package struct Missing: Error, CustomStringConvertible {
        package let description =
            "the bureau binary is not beside the test bundle; build with: swift build --build-tests"
    }

    /// Beside the test bundle, wherever the build folder is; otherwise in the clone's own.
    package static func url() throws -> URL {
        let bundle = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let clone = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let found = [bundle, bundle.deletingLastPathComponent(), clone.appending(path: ".build/debug")]
            .map { $0.appending(path: "bureau") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        guard let found else { throw Missing() }
        return found
    }
}
