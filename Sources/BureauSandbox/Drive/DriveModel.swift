import Crypto
import Foundation

/// A file or folder of the stand-in shared drive. Times are Unix milliseconds.
struct DriveItem: Sendable {
    static let folderType = "application/vnd.google-apps.folder"

    let id: String
    var name: String, mimeType: String
    /// One parent at most; only the drive itself has none.
    var parentID: String?
    var content: DriveContent?
    let created: Int
    var modified: Int
    var appProperties: [String: String] = [:], properties: [String: String] = [:]
    var description: String?
    var isTrashed = false
    var version = 1

    var isFolder: Bool { mimeType == Self.folderType }
}

/// The bytes of a file with the checksums the vendor answers.
struct DriveContent: Sendable {
    let bytes: [UInt8], sha256: String, md5: String

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        sha256 = hex(SHA256.hash(data: bytes))
        md5 = hex(Insecure.MD5.hash(data: bytes))
    }
}

/// What a caller says about a file to be made or changed.
struct DriveMetadata: Sendable {
    var id: String?, name: String?, mimeType: String?, description: String?
    var parents: [String]?
    /// A null takes the property away.
    var appProperties: [String: String?] = [:], properties: [String: String?] = [:]
    var isTrashed: Bool?
}

/// A refusal in Google's own words.
struct DriveRefusal: Error, Hashable, Sendable {
    let status: Int, reason: String, message: String
    var location: String?

    static func notFound(_ id: String) -> DriveRefusal {
        DriveRefusal(status: 404, reason: "notFound", message: "File not found: \(id).", location: "fileId")
    }
    static func invalid(_ message: String, at location: String? = nil) -> DriveRefusal {
        DriveRefusal(status: 400, reason: "invalid", message: message, location: location)
    }
    static func badParameter(_ message: String, at location: String) -> DriveRefusal {
        DriveRefusal(status: 400, reason: "invalidParameter", message: message, location: location)
    }
    static let idInUse = DriveRefusal(
        status: 409, reason: "fileIdInUse", message: "A file already exists with the provided ID.")
    static let badCredentials = DriveRefusal(
        status: 401, reason: "authError", message: "Invalid Credentials", location: "Authorization")
    static let noQuota = DriveRefusal(
        status: 403, reason: "storageQuotaExceeded",
        message: "Service Accounts do not have storage quota. Leverage shared drives instead.")
    static let mayNotDelete = DriveRefusal(
        status: 403, reason: "insufficientFilePermissions",
        message: "The user does not have sufficient permissions for this file.")
    static func notWritable(_ field: String) -> DriveRefusal {
        DriveRefusal(
            status: 403, reason: "fieldNotWritable",
            message: "The resource body includes fields which are not "
                + "directly writable: \(field)")
    }

    var json: JSON {
        let isHeader = location == "Authorization"
        let detail = JSON.compact([
            "message": .string(message), "domain": "global", "reason": .string(reason),
            "location": location.map { .string($0) },
            "locationType": location.map { _ in isHeader ? "header" : "parameter" },
        ])
        return ["error": ["code": .int(status), "message": .string(message), "errors": [detail]]]
    }
}
