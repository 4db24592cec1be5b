import BureauEngine
import HTTPTypes
import Hummingbird
import NIOCore

/// The stylesheet and the script, under names that change with their bytes; and what an agent's file may say, under a
/// name that editors keep.
struct AssetRoutes {
    struct Asset: Sendable {
        let path: String, type: String, bytes: [UInt8]

        init(_ stem: String, _ ending: String, type: String, _ bytes: [UInt8]) {
            path = "/assets/\(stem)-\(Hex.sha256(bytes).prefix(12)).\(ending)"
            (self.type, self.bytes) = (type, bytes)
        }
    }

    static let stylesheet = Asset("bureau", "css", type: "text/css; charset=utf-8", PackageResources.bureau_css)
    static let script = Asset("bureau", "js", type: "text/javascript; charset=utf-8", PackageResources.bureau_js)

    /// A copy of `schemas/agent-1.schema.json`, which a test keeps the same.
    static let agentSchema = (
        path: "/schemas/agent-1.schema.json", type: "application/schema+json",
        bytes: PackageResources.agent_1_schema_json
    )

    var routes: [Route] { [Self.stylesheet, Self.script].map(Self.kept) + [Self.schema] }

    private static func kept(_ asset: Asset) -> Route {
        .open(.get, asset.path, .asset) { _ in
            answer(asset.type, "public, max-age=31536000, immutable", asset.bytes)
        }
    }

    private static var schema: Route {
        .open(.get, agentSchema.path, .asset) { _ in
            answer(agentSchema.type, "public, max-age=3600", agentSchema.bytes)
        }
    }

    private static func answer(_ type: String, _ keeping: String, _ bytes: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: keeping],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
