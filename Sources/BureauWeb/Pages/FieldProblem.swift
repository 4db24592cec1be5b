/// Why a form was not taken, and the field that has to be mended.
struct FieldProblem: Error {
    /// By its name.
    let field: String
    let text: String

    /// For the field of that name; nil for every other.
    func at(_ name: String) -> String? { name == field ? text : nil }

    /// What stands at the top of the page, with a way to the field.
    func summary(_ fields: [Field]) -> Block {
        let wrong = fields.first { $0.name == field && !$0.isHidden }
        return Block(
            callout: Callout(
                tone: "warn", title: text, link: wrong.map { Link(word: "Go to \($0.label)", address: "#\($0.id)") },
                isAlert: true))
    }
}

extension Page {
    /// Whoever sent a form that was not taken goes on where the first thing has to be mended.
    mutating func focusFirstProblem() {
        for block in blocks.indices {
            if let place = blocks[block].filters?.fields.firstIndex(where: { $0.problem != nil }) {
                blocks[block].filters?.fields[place].hasFocus = true
                return
            }
            for form in blocks[block].forms.indices {
                let fields = blocks[block].forms[form].fields
                if let place = fields.firstIndex(where: { $0.problem != nil }) {
                    blocks[block].forms[form].fields[place].hasFocus = true
                    return
                }
                let folded = blocks[block].forms[form].folded?.fields ?? []
                guard let place = folded.firstIndex(where: { $0.problem != nil }) else { continue }
                blocks[block].forms[form].folded?.fields[place].hasFocus = true
                return
            }
        }
    }
}
