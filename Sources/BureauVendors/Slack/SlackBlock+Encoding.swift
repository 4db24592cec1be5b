/// `{"type": "mrkdwn", "text": …}`
private struct TextObject: Encodable {
    let type: String
    let text: String

    static func mrkdwn(_ text: String) -> TextObject { TextObject(type: "mrkdwn", text: text) }
    static func plain(_ text: String) -> TextObject { TextObject(type: "plain_text", text: text) }
}

extension SlackBlock: Encodable {
    private enum CodingKeys: String, CodingKey {
        case type, text, fields, elements
        case blockID = "block_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .header(let text):
            try object.encode("header", forKey: .type)
            try object.encode(TextObject.plain(text), forKey: .text)
        case .section(let text, let fields):
            try object.encode("section", forKey: .type)
            try object.encodeIfPresent(text.map(TextObject.mrkdwn), forKey: .text)
            if !fields.isEmpty { try object.encode(fields.map(TextObject.mrkdwn), forKey: .fields) }
        case .context(let texts):
            try object.encode("context", forKey: .type)
            try object.encode(texts.map(TextObject.mrkdwn), forKey: .elements)
        case .actions(let blockID, let buttons):
            try object.encode("actions", forKey: .type)
            if !blockID.isEmpty { try object.encode(blockID, forKey: .blockID) }
            try object.encode(buttons, forKey: .elements)
        case .divider:
            try object.encode("divider", forKey: .type)
        }
    }
}

extension SlackButton: Encodable {
    private enum CodingKeys: String, CodingKey {
        case type, text, value, url, style
        case actionID = "action_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode("button", forKey: .type)
        try object.encode(actionID, forKey: .actionID)
        try object.encode(TextObject.plain(label), forKey: .text)
        try object.encodeIfPresent(style, forKey: .style)
        switch target {
        case .value(let value): try object.encode(value, forKey: .value)
        case .url(let url): try object.encode(url, forKey: .url)
        }
    }
}
