import BureauDomain

/// A page as its view places it: finished strings and nothing to decide.
struct Page {
    var title: String
    var heading: String
    var chip: Chip?
    var lead: String?
    var crumbs: [Link] = []
    var links: [Link] = []
    var blocks: [Block] = []
    var status = 200
}

struct Link {
    var word: String
    var address: String?
    var isCurrent = false
    var count: String?
    var style = ""
}

struct Chip {
    var glyph: String
    var word: String
    var tone: String
}

/// One section of a page. What is nil is not there.
struct Block {
    var id: String?
    var heading: String?
    var style = ""
    var text: String?
    var callout: Callout?
    var cards: Cards?
    var steps: Steps?
    var facts: Facts?
    var items: Items?
    var tabs: Tabs?
    var filters: Filters?
    var table: Table?
    var approval: ApprovalCard?
    var timeline: Timeline?
    var disclosure: Disclosure?
    var diff: Diff?
    var emptyText: String?
    var forms: [Form] = []
}

struct Callout {
    var tone: String
    var title: String
    var text: String?
    var fix: String?
    var link: Link?
    var isAlert = false
}

struct Cards {
    struct Card { var label: String, value: String, note: String? }
    var cards: [Card]
}

struct Steps {
    struct Step { var glyph: String, word: String, state: String, tone: String, isNow = false }
    var steps: [Step]
}

struct Facts {
    struct Fact {
        var name: String, value: String, address: String?
        var isCode = false, isCopied = false
    }
    var facts: [Fact]

    init(_ facts: [Fact?]) { self.facts = facts.compactMap { $0 }.filter { !$0.value.isEmpty } }
}

struct Items {
    struct Item { var chip: Chip?, title: String, address: String, meta: String }
    var items: [Item]
}

struct Tabs {
    var label: String
    var tabs: [Link]
}

struct Filters {
    var action: String
    var fields: [Field]
    var chips: [Link] = []
    /// Views see stored members only.
    let hasChips: Bool

    init(action: String, fields: [Field], chips: [Link] = []) {
        (self.action, self.fields, self.chips, hasChips) = (action, fields, chips, !chips.isEmpty)
    }
}

struct Field {
    struct Option { var word: String, value: String, isOn = false, isOff = false }
    enum Kind { case line(type: String), long, options([Option]), check(isOn: Bool), hidden }

    let name: String, label: String, id: String, value: String, type: String
    let hint: String?, hintID: String, autocomplete: String?
    let isRequired: Bool, isLong: Bool, isLine: Bool, isCheck: Bool, isOn: Bool, isHidden: Bool, hasOptions: Bool
    let options: [Option]

    init(
        _ name: String, _ label: String, _ kind: Kind = .line(type: "text"), value: String = "", hint: String? = nil,
        autocomplete: String? = nil, isRequired: Bool = false, id: String? = nil
    ) {
        (self.name, self.label, self.value, self.hint) = (name, label, value, hint)
        (self.autocomplete, self.isRequired) = (autocomplete, isRequired)
        self.id = id ?? "f-\(name)"
        hintID = self.id + "-hint"
        type = if case .line(let type) = kind { type } else { "" }
        isLine = if case .line = kind { true } else { false }
        isLong = if case .long = kind { true } else { false }
        isHidden = if case .hidden = kind { true } else { false }
        (isCheck, isOn) = if case .check(let isOn) = kind { (true, isOn) } else { (false, false) }
        options = if case .options(let options) = kind { options } else { [] }
        hasOptions = if case .options = kind { true } else { false }
    }
}

struct Table {
    struct Column { var title: String, isNumber = false }
    struct Cell {
        var text: String, label = "", address: String?, chip: Chip?, iso: String?, isNumber = false
    }
    struct Row { var cells: [Cell] }

    let caption: String, columns: [Column], rows: [Row], empty: String, emptyLink: Link?
    let note: String?, csv: String?, first: String?, next: String?
    let isFull: Bool, hasPages: Bool, isLive = true

    init(
        _ caption: String, _ columns: [Column], _ rows: [[Cell]], empty: String, emptyLink: Link? = nil,
        note: String? = nil, csv: String? = nil, first: String? = nil, next: String? = nil
    ) {
        (self.caption, self.columns, self.empty, self.emptyLink) = (caption, columns, empty, emptyLink)
        (self.note, self.csv, self.first, self.next) = (note, csv, first, next)
        self.rows = rows.map { cells in
            Row(
                cells: zip(cells, columns).map { cell, column in
                    var cell = cell
                    (cell.label, cell.isNumber) = (column.title, column.isNumber)
                    return cell
                })
        }
        isFull = !rows.isEmpty
        hasPages = first != nil || next != nil
    }
}

struct ApprovalCard {
    struct Line { var name: String, value: String }
    var id: String, chip: Chip?, effect: String, meta: String, tool: String, event: String, json: String
    var preview: Bool, previewFacts: [Line]
    var outcome: String?, refusal: String?
    var mayDecide: Bool, approveWord: String, denyWord: String, action: String, runAddress: String
    var formToken: String, formKey: String
}

struct Timeline {
    struct Entry {
        var time: String, iso: String?, glyph: String, kind: String, text: String, tone: String
        var more: String?, anchor: String?
    }
    var entries: [Entry], views: [Link], count: String
    var earlier: String?, newest: String?, stream: String?
    var isLog: Bool, hasEntries: Bool
}

struct Disclosure { var summary: String, body: String, isOpen = false }

struct Diff {
    struct Line { var sign: String, text: String, tone: String }
    var caption: String, lines: [Line]
}

struct Form {
    var action: String
    var verb: String
    var fields: [Field] = []
    var tone = "primary"
    var style = "form"
    var legend: String?
    var problem: String?
    var cancel: Link?
    var buttonName: String?
    var buttonValue = ""
    /// Put in by the renderer.
    var formToken: String?
    var formKey: String?
}
