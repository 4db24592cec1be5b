import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Google's token endpoint and Drive v3, played locally: one shared drive, and the /drive page.
final class DriveStandIn: StandIn {
    static let jsonBytesMax = 1 << 20
    /// The vendor takes 5 TB; the stand-in keeps files in memory and stops here.
    static let fileBytesMax = 64 << 20
    static let multipartBytesMax = 5 << 20

    /// The member of `/_control/state`. Fault rules and the log call the vendor "google".
    let name = "drive"
    let page = (path: "/drive", title: "Google Drive: shared drive")
    let frame: SandboxFrame
    let tokens = DriveTokens()
    let uploads = DriveUploads()
    private let tree: Mutex<DriveTree>
    private let indexLag = Mutex(0)
    private let now: @Sendable () -> Int

    /// - Parameter now: Unix milliseconds.
    init(
        _ frame: SandboxFrame, now: @escaping @Sendable () -> Int = { Int(Date.now.timeIntervalSince1970 * 1000) }
    ) {
        self.frame = frame
        self.now = now
        tree = Mutex(DriveTree(now: now()))
    }

    /// How long a new item is missing from lists, as the vendor's search index makes it. 0 at first.
    var indexLagMilliseconds: Int {
        get { indexLag.withLock { $0 } }
        set { indexLag.withLock { $0 = newValue } }
    }
    var nowMilliseconds: Int { now() }

    func read<Value>(_ look: (DriveTree) throws(DriveRefusal) -> Value) throws(DriveRefusal) -> Value {
        try look(tree.withLock { $0 })
    }

    func change<Value>(
        _ change: (inout DriveTree, Int) throws(DriveRefusal) -> Value
    ) throws(DriveRefusal) -> Value {
        try tree.withLock { tree throws(DriveRefusal) in try change(&tree, now()) }
    }

    func reset() async {
        let fresh = DriveTree(now: now())
        tree.withLock { $0 = fresh }
        indexLagMilliseconds = 0
        uploads.forget()
    }

    func state() async -> JSON {
        let tree = tree.withLock { $0 }
        let items = tree.items.values.filter { $0.id != DriveTree.driveID }.sorted {
            ($0.created, $0.id) < ($1.created, $1.id)
        }
        let files = items.map { item -> JSON in
            [
                "id": .string(item.id), "name": .string(item.name), "mimeType": .string(item.mimeType),
                "parents": .array(item.parentID.map { [.string($0)] } ?? []), "path": .string(tree.path(of: item)),
                "size": item.content.map { .int($0.bytes.count) } ?? .null, "sha256": JSON(item.content?.sha256),
                "appProperties": .object(item.appProperties.mapValues { .string($0) }),
                "trashed": .bool(tree.isTrashed(item)),
            ]
        }
        return ["files": .array(files)]
    }

    func addRoutes(to router: Router<SandboxContext>) {
        router.post("/google/token") { [self] request, context in
            try await standIn("google", "token", request, context) { try await token(request) }
        }
        addFileRoutes(to: router.group("/google/drive/v3"))
        addUploadRoutes(to: router.group("/google/upload/drive/v3"))
        addPages(to: router)
        router.post("/_control/drive") { [self] request, context in
            let body = try await request.json(context)
            if let lag = body["index_lag_ms"]?.int { indexLagMilliseconds = min(max(0, lag), 600_000) }
            if body["revoke_tokens"]?.bool == true { tokens.revokeAll() }
            return Response.json(["index_lag_ms": .int(indexLagMilliseconds)])
        }
    }

    private func token(_ request: Request) async throws -> Response {
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true else {
            return .json(
                ["error": "invalid_request", "error_description": "Bad Request"], status: .badRequest)
        }
        let form = FormFields(String(buffer: try await request.body.collect(upTo: Self.jsonBytesMax)))
        do throws(DriveTokens.Refusal) {
            let token = try tokens.exchange(
                form, keys: frame.options.acceptedKeys, ownAudience: "\(frame.baseURL)/google/token",
                now: now() / 1000)
            return .json(token)
        } catch {
            return .json(error.json, status: .init(code: error.status))
        }
    }

    /// Runs one Drive call: log and faults, the token, then the work.
    func call(
        _ operation: String, _ request: Request, _ context: SandboxContext, subject: String = "",
        needsToken: Bool = true, _ perform: (FormFields) async throws -> Response
    ) async throws -> Response {
        try await standIn("google", operation, request, context, subject: subject) {
            do {
                if needsToken {
                    try tokens.check(request.headers[.authorization], scope: "drive", now: now() / 1000)
                }
                return try await perform(FormFields(request.uri.query ?? ""))
            } catch let refusal as DriveRefusal {
                return .json(refusal.json, status: .init(code: refusal.status))
            }
        }
    }

    /// Everything here is in a shared drive, which callers that do not say so cannot see.
    func item(_ id: String, _ query: FormFields) throws(DriveRefusal) -> DriveItem {
        guard query["supportsAllDrives"] == "true" else { throw .notFound(id) }
        return try read { tree throws(DriveRefusal) in try tree.item(id) }
    }

    func answer(_ item: DriveItem, _ query: FormFields) throws(DriveRefusal) -> Response {
        let mask = try DriveFieldMask(query["fields"] ?? DriveFields.usual, known: DriveFields.ofFile)
        let json = try read { tree throws(DriveRefusal) in
            DriveFields.render(item, in: tree, origin: frame.baseURL)
        }
        return .json(mask.applied(to: json))
    }

    func metadata(_ request: Request) async throws -> DriveMetadata {
        let body = try await request.body.collect(upTo: Self.jsonBytesMax)
        if body.readableBytes == 0 { return DriveMetadata() }
        guard let json = try? JSON(parsing: body) else {
            throw DriveRefusal(status: 400, reason: "parseError", message: "Parse Error")
        }
        return try DriveFields.metadata(json)
    }

    /// The checks that come before a create of any kind.
    func check(_ metadata: DriveMetadata, _ query: FormFields) throws(DriveRefusal) {
        if let parent = metadata.parents?.first, query["supportsAllDrives"] != "true" { throw .notFound(parent) }
        // A wrong mask must refuse the call before it has changed anything.
        _ = try DriveFieldMask(query["fields"] ?? DriveFields.usual, known: DriveFields.ofFile)
        try read { tree throws(DriveRefusal) in try tree.check(metadata) }
    }
}
