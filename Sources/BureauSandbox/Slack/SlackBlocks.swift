/// Checks the blocks of a message against Block Kit's published limits. One bad block refuses the whole message.
struct SlackBlocks {
    static let blocksMax = 50, allTextMax = 13_200, markdownMax = 12_000

    private(set) var problems: [String] = []
    private var allText = 0, markdownText = 0
    private var blockIDs: Set<String> = []

    /// Throws `invalid_blocks` with a pointer to every bad spot, or `msg_blocks_too_long`.
    static func check(_ blocks: [JSON], max: Int = blocksMax, isModal: Bool = false) throws(SlackRefusal) {
        var check = SlackBlocks()
        if blocks.count > max {
            check.problems.append("[ERROR] no more than \(max) items allowed [json-pointer:/blocks]")
        }
        for (index, block) in blocks.enumerated() { check.block(block, "/blocks/\(index)", isModal: isModal) }
        if !check.problems.isEmpty { throw SlackRefusal("invalid_blocks", check.problems) }
        if check.allText > allTextMax || check.markdownText > markdownMax { throw "msg_blocks_too_long" }
    }

    private mutating func say(_ problem: String, _ pointer: String) {
        problems.append("[ERROR] \(problem) [json-pointer:\(pointer)]")
    }

    private mutating func block(_ block: JSON, _ at: String, isModal: Bool) {
        guard block.object != nil else { return say("must be a valid object", at) }
        if let id = block["block_id"] {
            if string(id, "\(at)/block_id", max: 255, min: 0), !blockIDs.insert(id.string ?? "").inserted {
                say("\"block_id\" already exists: \(id.string ?? "")", "\(at)/block_id")
            }
        }
        switch block["type"]?.string {
        case "section": section(block, at)
        case "header":
            only(block, ["text"], at)
            text(block["text"], "\(at)/text", max: 150, kinds: ["plain_text"])
        case "divider": only(block, [], at)
        case "context":
            only(block, ["elements"], at)
            elements(block, at, max: 10) { check, element, pointer in check.contextElement(element, pointer) }
        case "actions":
            only(block, ["elements"], at)
            elements(block, at, max: 25) { check, element, pointer in check.interactive(element, pointer) }
        case "image":
            only(block, ["image_url", "slack_file", "alt_text", "title"], at)
            image(block, at)
            if let title = block["title"] { text(title, "\(at)/title", max: 2000, kinds: ["plain_text"]) }
        case "markdown":
            only(block, ["text"], at)
            if string(block["text"], "\(at)/text", max: Self.markdownMax) {
                markdownText += block["text"]?.string?.unicodeScalars.count ?? 0
            }
        case "rich_text":
            elements(block, at, max: 1000, min: 0) { check, element, pointer in
                let kinds = ["rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"]
                if !kinds.contains(element["type"]?.string ?? "") { check.say("unsupported type", "\(pointer)/type") }
                if element["elements"]?.array == nil { check.say("missing required field: elements", pointer) }
            }
        case "table": table(block, at)
        case "input": input(block, at, isModal: isModal)
        case "file", "video": if isModal { say("unsupported type", "\(at)/type") }
        case .some(let other): say("unsupported type: \(other)", "\(at)/type")
        case nil: say("missing required field: type", at)
        }
    }

    // MARK: Blocks

    private mutating func section(_ block: JSON, _ at: String) {
        only(block, ["text", "fields", "accessory", "expand"], at)
        if block["text"] == nil, block["fields"] == nil { say("must define either `text` or `fields`", at) }
        if let value = block["text"] { text(value, "\(at)/text", max: 3000) }
        if let fields = block["fields"] {
            guard let fields = fields.array, (1...10).contains(fields.count) else {
                return say("must have from 1 to 10 items", "\(at)/fields")
            }
            for (index, field) in fields.enumerated() { text(field, "\(at)/fields/\(index)", max: 2000) }
        }
        if let accessory = block["accessory"] {
            if accessory["type"]?.string == "image" {
                image(accessory, "\(at)/accessory")
            } else {
                interactive(accessory, "\(at)/accessory")
            }
        }
    }

    private mutating func table(_ block: JSON, _ at: String) {
        guard let rows = block["rows"]?.array, (1...100).contains(rows.count) else {
            return say("must have from 1 to 100 items", "\(at)/rows")
        }
        for (index, row) in rows.enumerated() where (row.array?.count ?? 21) > 20 {
            say("no more than 20 items allowed", "\(at)/rows/\(index)")
        }
        if JSON.array(rows).text.unicodeScalars.count > 10_000 { say("table is too large", "\(at)/rows") }
    }

    private mutating func input(_ block: JSON, _ at: String, isModal: Bool) {
        guard isModal else { return say("unsupported type: input", "\(at)/type") }
        text(block["label"], "\(at)/label", max: 2000, kinds: ["plain_text"])
        if block["element"]?.object == nil { say("missing required field: element", at) }
    }

    private mutating func image(_ block: JSON, _ at: String) {
        _ = string(block["alt_text"], "\(at)/alt_text", max: 2000, min: 0)
        if (block["image_url"] == nil) == (block["slack_file"] == nil) {
            say("must define either `image_url` or `slack_file`", at)
        }
        if let url = block["image_url"] { _ = string(url, "\(at)/image_url", max: 3000) }
    }

    private mutating func contextElement(_ element: JSON, _ at: String) {
        if element["type"]?.string == "image" { image(element, at) } else { text(element, at, max: 3000) }
    }

    // MARK: Elements

    private mutating func interactive(_ element: JSON, _ at: String) {
        if let id = element["action_id"] { _ = string(id, "\(at)/action_id", max: 255) }
        if let confirm = element["confirm"] { self.confirm(confirm, "\(at)/confirm") }
        switch element["type"]?.string {
        case "button": button(element, at)
        case "static_select", "overflow":
            let max = element["type"]?.string == "overflow" ? 5 : 100
            if let options = element["options"] { self.options(options, "\(at)/options", max: max) }
            if element["options"] == nil, element["option_groups"] == nil { say("missing required field: options", at) }
        case .some(let type) where Self.otherElements.contains(type): break
        default: say("unsupported type", "\(at)/type")
        }
    }

    private static let otherElements: Set = [
        "multi_static_select", "users_select", "multi_users_select", "conversations_select",
        "multi_conversations_select", "channels_select", "multi_channels_select", "external_select",
        "multi_external_select", "datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons",
        "rich_text_input", "workflow_button",
    ]

    private mutating func button(_ element: JSON, _ at: String) {
        only(element, ["text", "action_id", "url", "value", "style", "confirm", "accessibility_label"], at, also: [])
        text(element["text"], "\(at)/text", max: 75, kinds: ["plain_text"])
        if let value = element["value"] { _ = string(value, "\(at)/value", max: 2000, min: 0) }
        if let url = element["url"] { _ = string(url, "\(at)/url", max: 3000, min: 0) }
        if let label = element["accessibility_label"] {
            _ = string(label, "\(at)/accessibility_label", max: 75, min: 0)
        }
        if let style = element["style"], !["primary", "danger"].contains(style.string) {
            say("must be one of: primary, danger", "\(at)/style")
        }
    }

    private mutating func options(_ value: JSON, _ at: String, max: Int) {
        guard let options = value.array, (1...max).contains(options.count) else {
            return say("must have from 1 to \(max) items", at)
        }
        for (index, option) in options.enumerated() {
            text(option["text"], "\(at)/\(index)/text", max: 75)
            _ = string(option["value"], "\(at)/\(index)/value", max: 150)
        }
    }

    private mutating func confirm(_ value: JSON, _ at: String) {
        text(value["title"], "\(at)/title", max: 100, kinds: ["plain_text"])
        text(value["text"], "\(at)/text", max: 300)
        text(value["confirm"], "\(at)/confirm", max: 30, kinds: ["plain_text"])
        text(value["deny"], "\(at)/deny", max: 30, kinds: ["plain_text"])
    }

    // MARK: Leaves

    private mutating func elements(
        _ block: JSON, _ at: String, max: Int, min: Int = 1,
        _ check: (inout SlackBlocks, JSON, String) -> Void
    ) {
        guard let elements = block["elements"]?.array, elements.count >= min, elements.count <= max else {
            return say("must have from \(min) to \(max) items", "\(at)/elements")
        }
        for (index, element) in elements.enumerated() { check(&self, element, "\(at)/elements/\(index)") }
    }

    private mutating func text(
        _ value: JSON?, _ at: String, max: Int, kinds: Set<String> = ["plain_text", "mrkdwn"]
    ) {
        guard let value, value.object != nil else { return say("missing required text object", at) }
        guard let kind = value["type"]?.string, kinds.contains(kind) else {
            return say("must be one of: \(kinds.sorted().joined(separator: ", "))", "\(at)/type")
        }
        only(value, kind == "mrkdwn" ? ["text", "verbatim"] : ["text", "emoji"], at, also: [])
        _ = string(value["text"], "\(at)/text", max: max)
    }

    /// Length is counted in characters as people write limits: Unicode scalars.
    private mutating func string(_ value: JSON?, _ at: String, max: Int, min: Int = 1) -> Bool {
        guard let text = value?.string else {
            say("must be a string", at)
            return false
        }
        let count = text.unicodeScalars.count
        allText += count
        if count > max { say("must be less than \(max + 1) characters", at) }
        if count < min { say("must be more than \(min - 1) characters", at) }
        return (min...max).contains(count)
    }

    private mutating func only(_ object: JSON, _ names: Set<String>, _ at: String, also: Set<String> = ["block_id"]) {
        for name in (object.object ?? [:]).keys.sorted() where !names.union(also).contains(name) && name != "type" {
            say("invalid additional property: \(name)", at)
        }
    }
}
