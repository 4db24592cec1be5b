/// Reads the section `board`, which may be absent.
struct BoardReader {
    /// Where a task starts the agent: no state after the first may put it there again.
    var startPlaces: [String] = []
    static let keys = ["confirm", "states", "errors", "client_visible", "subscription"]
    static let fieldsMax = 20

    func board(_ root: ConfigObject) -> (policy: BoardPolicy, confirms: Bool?) {
        guard let object = root.object("board", keys: Self.keys, required: false) else { return (.none, nil) }
        let policy = BoardPolicy(
            states: states(object), errors: errors(object), clientVisible: clientVisible(object),
            subscription: subscription(object))
        return (policy, object.flag("confirm"))
    }

    private func states(_ board: ConfigObject) -> [RunState: BoardPolicy.Look] {
        let names = RunState.allCases.map(\.rawValue)
        guard let object = board.object("states", keys: names, noun: "run state", required: false) else { return [:] }
        var looks: [RunState: BoardPolicy.Look] = [:]
        for state in RunState.allCases {
            guard let look = object.object(state.rawValue, keys: ["place", "fields"], required: false) else { continue }
            let place = look.text("place", .line(80), required: false)
            if let place, state != .queued, startPlaces.contains(where: { Words.same($0, place) }) {
                look.problem("place", "\"\(place)\" starts the agent; name another place")
            }
            let fields = (look.objects("fields", keys: ["name", "value"], countMax: Self.fieldsMax) ?? []).compactMap {
                field -> BoardPolicy.Look.Field? in
                let value = field.text("value", .line(200), required: false)
                return field.text("name", .line(80)).map { BoardPolicy.Look.Field(name: $0, value: value) }
            }
            looks[state] = BoardPolicy.Look(place: place, fields: fields)
        }
        return looks
    }

    private func errors(_ board: ConfigObject) -> BoardPolicy.Errors? {
        let keys = ["container", "place", "assignee"]
        guard let object = board.object("errors", keys: keys, required: false) else { return nil }
        let container = object.text("container", .gid)
        let place = object.text("place", .line(80), required: false)
        let assignee = object.text("assignee", .gid, required: false)
        return container.map { BoardPolicy.Errors(container: $0, place: place, assigneeID: assignee) }
    }

    private func clientVisible(_ board: ConfigObject) -> BoardPolicy.ClientVisible? {
        let keys = ["field", "values", "tag"]
        guard let object = board.object("client_visible", keys: keys, required: false) else { return nil }
        let field = object.text("field", .line(80), required: false)
        let values = object.texts("values", .line(80), required: false, countMax: 20)
        let tag = object.text("tag", .line(80), required: false)
        return BoardPolicy.ClientVisible(field: field, values: values ?? ["Yes"], tag: tag)
    }

    private func subscription(_ board: ConfigObject) -> BoardPolicy.Subscription? {
        let keys = ["from", "field", "names", "containers"]
        guard let object = board.object("subscription", keys: keys, required: false) else { return nil }
        let source =
            object.has("from") ? object.choice("from", BoardPolicy.Subscription.Source.self) ?? .place : .place
        let field = object.text("field", .line(80), required: source == .field)
        let names = object.texts("names", .line(80), required: false, countMax: 50)
        let containers = (object.objects("containers", keys: ["id", "name", "client"], countMax: 200) ?? []).compactMap
        {
            entry -> BoardPolicy.Subscription.Container? in
            let name = entry.text("name", .line(80), required: false)
            let client = entry.text("client", .slug, required: false)
            return entry.text("id", .gid).map { BoardPolicy.Subscription.Container(id: $0, name: name, client: client) }
        }
        if let names, !names.isEmpty {
            for name in containers.compactMap(\.name) where !names.contains(where: { Words.same($0, name) }) {
                object.problem("containers", "\"\(name)\" is none of the names", suggestion: names.first)
            }
        }
        return BoardPolicy.Subscription(source: source, field: field, names: names ?? [], containers: containers)
    }
}
