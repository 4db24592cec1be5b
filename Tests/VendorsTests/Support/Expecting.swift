import Foundation
import Testing

@testable import BureauVendors

/// The vendor error that `call` ends with.
func vendorError<T>(_ call: () async throws -> T) async throws -> VendorError {
    do {
        _ = try await call()
    } catch let error as VendorError {
        return error
    }
    throw NothingThrown()
}

struct NothingThrown: Error {}

/// A folder that is gone after the test.
func withTemporaryFolder<T>(_ body: (String) async throws -> T) async throws -> T {
    let folder = NSTemporaryDirectory() + "bureau-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

extension JSONValue {
    /// A readable literal for expectations.
    static func parsed(_ text: String) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }
}

/// A fixture beside the tests.
func fixture(_ name: String) throws -> Data {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: folder.appending(path: "Fixtures").appending(path: name))
}
