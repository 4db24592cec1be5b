/// Filters as lists share them.
extension Field {
    /// A choice of some values, or any. One that the address names and nobody knows is among them.
    static func choice(_ name: String, _ label: String, _ values: [(String, String)], _ web: WebRequest) -> Field {
        let now = web.query(name)
        let unknown = now.flatMap { now in values.contains { $0.0 == now } ? nil : [(now, now)] } ?? []
        return Field(
            name, label,
            .options(
                [Option(word: "Any", value: "")]
                    + (values + unknown).map { Option(word: $0.1, value: $0.0, isOn: $0.0 == now) }))
    }
}

extension Filters {
    /// With a link for each thing that narrows the list, in the words of its field, which takes it out again.
    init(_ web: WebRequest, _ action: String, _ fields: [Field], more: [String] = []) {
        func link(_ name: String, _ word: String) -> Link {
            Link(word: word, address: web.address(action, changing: [name: nil, "before": nil, "after": nil]))
        }
        let chips = fields.compactMap { field -> Link? in
            guard !field.isHidden, let given = web.query(field.name) else { return nil }
            guard !field.isCheck else { return link(field.name, field.label) }
            let word = field.options.first { $0.value == given }?.word ?? given
            return link(field.name, "\(field.label): \(word)")
        }
        let others = more.compactMap { name in web.query(name).map { link(name, "\(name.capitalizedFirst): \($0)") } }
        self.init(action: action, fields: fields, chips: chips + others)
    }
}
