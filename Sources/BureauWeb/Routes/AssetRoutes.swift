import BureauEngine
import HTTPTypes
import Hummingbird
import NIOCore

/// The stylesheet and the script, under names that change with their bytes.
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

    var routes: [Route] {
        [Self.stylesheet, Self.script].map { asset in
            .open(.get, asset.path, .asset) { _ in
                Response(
                    status: .ok,
                    headers: [.contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable"],
                    body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
            }
        }
    }
}
