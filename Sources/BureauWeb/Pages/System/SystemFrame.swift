import BureauDomain
import BureauEngine
import Hummingbird

/// The head that every page about the server itself has.
enum SystemFrame {
    private static let places: [(String, String, Role)] = [
        ("Overview", "/system/", .engineer), ("Connections", "/system/connections/", .engineer),
        ("Webhooks", "/system/webhooks/", .engineer), ("Endpoints", "/system/endpoints/", .engineer),
        ("Alerts", "/system/alerts/", .engineer), ("Queue", "/system/queue/", .engineer),
        ("Settings in effect", "/system/settings/", .engineer), ("Audit log", "/system/audit-log/", .engineer),
    ]

    static func page(_ heading: String, _ web: WebRequest) -> Page {
        let role = web.visitor?.person.role ?? .viewer, path = web.head.uri.path
        let here = path.hasSuffix("/") ? path : path + "/"
        var page = Page(title: heading, heading: heading)
        page.blocks = [
            Block(
                tabs: Tabs(
                    label: "System",
                    tabs: places.filter { role >= $0.2 }.map { word, address, _ in
                        Link(
                            word: word, address: address,
                            isCurrent: address == "/system/" ? here == address : here.hasPrefix(address))
                    }))
        ]
        return page
    }
}
