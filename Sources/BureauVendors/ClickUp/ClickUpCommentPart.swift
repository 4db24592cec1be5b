/// A piece of a comment. Markdown would show as it is written, so emphasis and links are attributes.
package enum ClickUpCommentPart: Hashable, Sendable {
    case text(String)
    case bold(String)
    case code(String)
    case link(String, url: String)
    case mention(userID: Int64)
    case newline
    /// Ends the line before it and makes that line a bullet.
    case bullet

    /// Cuts the text of all parts together to ClickUp's safe length. The last part always stays: it carries the
    /// marker by which the comment is found again.
    static func fitted(_ parts: [ClickUpCommentPart], charactersMax: Int = ClickUpClient.commentCharactersMax)
        -> [ClickUpCommentPart]
    {
        guard let last = parts.last, parts.reduce(0, { $0 + $1.characters }) > charactersMax else { return parts }
        var left = charactersMax - last.characters - 2
        var fitted: [ClickUpCommentPart] = []
        for part in parts.dropLast() {
            guard part.characters <= left else {
                fitted.append(.text(part.shown.prefix(max(left, 0)) + "…"))
                break
            }
            fitted.append(part)
            left -= part.characters
        }
        return fitted + [.newline, last]
    }

    private var shown: String {
        switch self {
        case .text(let text), .bold(let text), .code(let text), .link(let text, _): text
        case .mention: ""
        case .newline, .bullet: "\n"
        }
    }

    private var characters: Int { shown.count }
}

extension ClickUpCommentPart: Encodable {
    private struct List: Encodable { let list = "bullet" }

    private struct Attributes: Encodable {
        var bold: Bool?
        var code: Bool?
        var link: String?
        var list: List?
    }

    private struct User: Encodable { let id: Int64 }
    private enum CodingKeys: String, CodingKey { case text, type, user, attributes }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .mention(let id):
            try fields.encode("tag", forKey: .type)
            try fields.encode(User(id: id), forKey: .user)
        case .text, .bold, .code, .link, .newline, .bullet:
            try fields.encode(shown, forKey: .text)
            try fields.encode(attributes, forKey: .attributes)
        }
    }

    private var attributes: Attributes {
        switch self {
        case .text, .newline, .mention: Attributes()
        case .bold: Attributes(bold: true)
        case .code: Attributes(code: true)
        case .link(_, let url): Attributes(link: url)
        case .bullet: Attributes(list: List())
        }
    }
}
