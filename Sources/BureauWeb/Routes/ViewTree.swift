import Mustache

/// A view's values as dictionaries, which templates look names up in at once. Mustache would look at a structure's fields
/// anew for every name and every level it climbs: most of the time a long list took.
enum ViewTree {
    /// Nil for what is not there, so that a template looks further out, as it would in the structure itself.
    static func plain(_ value: Any) -> Any? {
        switch value {
        case is String, is Bool, is Int, is MustacheLambda, is any MustacheCustomRenderable: return value
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { plain($0.value) }
        case .collection: return mirror.children.map { plain($0.value) ?? $0.value }
        case .struct where !(value is any CustomStringConvertible):
            var fields: [String: Any] = [:]
            for (name, field) in mirror.children {
                if let name, let field = plain(field) { fields[name] = field }
            }
            return fields
        default: return value
        }
    }
}
