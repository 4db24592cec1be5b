/// The parts of Block Kit that messages here are made of. Limits are kept by cutting, because one block that is too
/// long refuses the whole message. Texts are mrkdwn and must be escaped already, but for headers and button labels.
package enum SlackBlock: Hashable, Sendable {
    case header(String)
    /// Text, up to ten fields in two columns, or both.
    case section(text: String?, fields: [String] = [])
    case context([String])
    /// `blockID` must be unique in the message, and new whenever the message is updated.
    case actions(blockID: String, [SlackButton])
    case divider
}

package struct SlackButton: Hashable, Sendable {
    package enum Style: String, Hashable, Sendable, Encodable { case primary, danger }
    package enum Target: Hashable, Sendable {
        /// Comes back in the button press: an opaque id, never the thing that is decided.
        case value(String)
        case url(String)
    }

    package var actionID: String
    package var label: String
    package var target: Target
    package var style: Style?

    package init(actionID: String, label: String, target: Target, style: Style? = nil) {
        self.actionID = actionID
        self.label = label
        self.target = target
        self.style = style
    }
}

extension SlackBlock {
    static let blocksMax = 50
    /// All texts of a message together; Slack refuses somewhat above 13,000 without documenting it.
    static let textUnitsMax = 10_000

    /// The blocks as they can be sent: every text within its limit, all of them within the message's, at most fifty,
    /// empty ones left out. Buttons outlive text: they are what the message asks for.
    static func fitted(_ blocks: [SlackBlock]) -> [SlackBlock] {
        var left = textUnitsMax - blocks.reduce(0) { $0 + $1.buttonUnits }
        var fitted: [SlackBlock] = []
        for block in blocks {
            guard let cut = block.cut(unitsMax: max(left, 0)) else { continue }
            left -= cut.textUnits
            fitted.append(cut)
        }
        while fitted.count > blocksMax {
            fitted.remove(at: fitted.lastIndex { !$0.isActions } ?? fitted.count - 1)
        }
        return fitted
    }

    private var isActions: Bool { if case .actions = self { true } else { false } }

    private var buttonUnits: Int {
        if case .actions(_, let buttons) = self { buttons.reduce(0) { $0 + min($1.label.utf16.count, 75) } } else { 0 }
    }

    private var textUnits: Int {
        switch self {
        case .header(let text): text.utf16.count
        case .section(let text, let fields): (text?.utf16.count ?? 0) + fields.reduce(0) { $0 + $1.utf16.count }
        case .context(let texts): texts.reduce(0) { $0 + $1.utf16.count }
        case .actions, .divider: 0
        }
    }

    private func cut(unitsMax: Int) -> SlackBlock? {
        switch self {
        case .divider: return self
        case .header(let text):
            let cut = Self.fit(text, min(150, unitsMax))
            return cut.map { .header($0) }
        case .section(let text, let fields):
            var left = unitsMax
            let cutText = text.flatMap { Self.fit($0, min(3000, left)) }
            left -= cutText?.utf16.count ?? 0
            let cutFields = Self.fit(fields, countMax: 10, eachMax: 2000, &left)
            return cutText == nil && cutFields.isEmpty ? nil : .section(text: cutText, fields: cutFields)
        case .context(let texts):
            var left = unitsMax
            let cut = Self.fit(texts, countMax: 10, eachMax: 2000, &left)
            return cut.isEmpty ? nil : .context(cut)
        case .actions(let blockID, let buttons):
            let cut = buttons.filter(\.isSendable).prefix(25).map(\.cut)
            return cut.isEmpty ? nil : .actions(blockID: SlackText.cut(blockID, unitsMax: 255), cut)
        }
    }

    private static func fit(_ text: String, _ unitsMax: Int) -> String? {
        let cut = SlackText.cut(text, unitsMax: unitsMax)
        return cut.allSatisfy(\.isWhitespace) ? nil : cut
    }

    private static func fit(_ texts: [String], countMax: Int, eachMax: Int, _ left: inout Int) -> [String] {
        var fitted: [String] = []
        for text in texts where fitted.count < countMax {
            guard let cut = fit(text, min(eachMax, max(left, 0))) else { continue }
            left -= cut.utf16.count
            fitted.append(cut)
        }
        return fitted
    }
}

extension SlackButton {
    /// An id or address cannot be cut without meaning another thing: such a button is left out.
    fileprivate var isSendable: Bool {
        guard !label.allSatisfy(\.isWhitespace), !actionID.isEmpty, actionID.utf16.count <= 255 else { return false }
        switch target {
        case .value(let value): return value.utf16.count <= 2000
        case .url(let url): return !url.isEmpty && url.utf16.count <= 3000
        }
    }

    fileprivate var cut: SlackButton {
        SlackButton(actionID: actionID, label: SlackText.cut(label, unitsMax: 75), target: target, style: style)
    }
}
